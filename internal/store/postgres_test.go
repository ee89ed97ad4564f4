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
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a PostgreSQL of the tests' own, in a folder that goes with them.
type server struct {
	dir string
	cmd *exec.Cmd
}

// startPostgres starts the installed PostgreSQL, which all tests of the package share, when one
// first asks: to make a database takes seconds of CPU. TestMain ends it.
func startPostgres(t testing.TB) *server {
	t.Helper()
	s, err := shared.start()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var shared sharedServer

type sharedServer struct {
	once sync.Once
	server
	err error
}

func (s *sharedServer) start() (*server, error) {
	s.once.Do(func() { s.err = s.run() })
	return &s.server, s.err
}

func TestMain(m *testing.M) {
	code := m.Run()
	shared.stop()
	os.Exit(code)
}

// run makes a database in a new folder, and serves it on a socket.
func (s *server) run() error {
	bin, err := postgresBin()
	if err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp("", "countersign-pg-"); err != nil { // short: the path of a socket may have 107 bytes
		return err
	}
	as, err := unprivileged(s.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", data)
	initdb.Dir, initdb.SysProcAttr = s.dir, as
	if said, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, said)
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	// What a test writes need not outlast a loss of power.
	cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", s.dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off")
	cmd.Dir, cmd.SysProcAttr, cmd.Stdout, cmd.Stderr = s.dir, as, log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd = cmd
	return s.await(log.Name())
}

func (s *server) stop() {
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(syscall.SIGINT) // asks for a fast shutdown
		_ = s.cmd.Wait()
	}
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}

// url names the server's own database, with a schema to look in.
func (s *server) url(schema string) string {
	return "postgres://postgres@/postgres?host=" + s.dir + "&search_path=" + schema
}

// create makes an empty schema, which stands for a database and costs a tenth
// of one, and gives its URL.
func (s *server) create(t testing.TB, schema string) string {
	t.Helper()
	db, err := sql.Open("pgx", s.url("public"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`DROP SCHEMA IF EXISTS ` + schema + ` CASCADE; CREATE SCHEMA ` + schema); err != nil {
		t.Fatal(err)
	}
	return s.url(schema)
}

func (s *server) await(log string) error {
	db, err := sql.Open("pgx", s.url("public"))
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			said, _ := os.ReadFile(log)
			return fmt.Errorf("PostgreSQL does not start: %w\n%s", err, said)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// postgresBin finds the folder of the server's programs, which Debian keeps
// off the PATH.
func postgresBin() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("PostgreSQL's server is missing: run bash .ci/setup test, or as root apt-get install postgresql")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// unprivileged gives the folder to a user that PostgreSQL agrees to run as,
// where this is root: root it refuses. The server goes when the tests do.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	as := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() != 0 {
		return as, nil
	}
	uid, gid, err := someUser()
	if err == nil {
		err = os.Chown(dir, uid, gid)
	}
	if err != nil {
		return nil, err
	}
	as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), Groups: []uint32{}}
	return as, nil
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
