package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is a PostgreSQL of its own, in a folder that goes with the test.
type server struct{ dir string }

// startPostgres starts the installed PostgreSQL on a socket in a new folder.
func startPostgres(t testing.TB) server {
	t.Helper()
	bin := postgresBin(t)
	dir, err := os.MkdirTemp("", "countersign-pg-") // short: the path of a socket may have 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	as := unprivileged(t, dir)
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", data)
	initdb.Dir, initdb.SysProcAttr = dir, as
	if said, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, said)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	// What a test writes need not outlast a loss of power.
	postgres := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off")
	postgres.Dir, postgres.SysProcAttr, postgres.Stdout, postgres.Stderr = dir, as, log, log
	if err := postgres.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = postgres.Process.Signal(syscall.SIGINT) // asks for a fast shutdown
		_ = postgres.Wait()
	})
	s := server{dir}
	s.await(t, log.Name())
	return s
}

// url names the server's own database, with a schema to look in.
func (s server) url(schema string) string {
	return "postgres://postgres@/postgres?host=" + s.dir + "&search_path=" + schema
}

// create makes an empty schema, which stands for a database and costs a tenth
// of one, and gives its URL.
func (s server) create(t testing.TB, schema string) string {
	t.Helper()
	db, err := sql.Open("pgx", s.url("public"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE SCHEMA ` + schema); err != nil {
		t.Fatal(err)
	}
	return s.url(schema)
}

func (s server) await(t testing.TB, log string) {
	t.Helper()
	db, err := sql.Open("pgx", s.url("public"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			said, _ := os.ReadFile(log)
			t.Fatalf("PostgreSQL does not start: %v\n%s", err, said)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// postgresBin finds the folder of the server's programs, which Debian keeps
// off the PATH.
func postgresBin(t testing.TB) string {
	t.Helper()
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		t.Fatal("PostgreSQL's server is missing: run bash .ci/setup test, or as root apt-get install postgresql")
	}
	return filepath.Dir(found[len(found)-1])
}

// unprivileged gives the folder to a user that PostgreSQL agrees to run as,
// where this is root: root it refuses. The server goes when the tests do.
func unprivileged(t testing.TB, dir string) *syscall.SysProcAttr {
	t.Helper()
	as := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() != 0 {
		return as
	}
	uid, gid, err := someUser()
	if err == nil {
		err = os.Chown(dir, uid, gid)
	}
	if err != nil {
		t.Fatal(err)
	}
	as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), Groups: []uint32{}}
	return as
}

func someUser() (uid, gid int, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, unknown := user.Lookup(name)
		if unknown != nil {
			continue
		}
		uid, err = strconv.Atoi(u.Uid)
		if err != nil {
			return 0, 0, err
		}
		gid, err = strconv.Atoi(u.Gid)
		return uid, gid, err
	}
	return 0, 0, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}

// A password in the address of a database stays out of errors.
func TestPostgresErrorHoldsNoPassword(t *testing.T) {
	for _, url := range []string{
		"postgres://countersign:hunter2@/name?host=" + t.TempDir(),
		"postgres://countersign:hunter2@host:none/name",
	} {
		_, err := Open(t.Context(), url)
		if err == nil || strings.Contains(fmt.Sprint(err), "hunter2") {
			t.Errorf("error %v", err)
		}
	}
}
