package reader

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// tryCalls is the environment variable that makes the tests a process that confines itself and
// tries what it may not.
const tryCalls = "COUNTERSIGN_TRY_CALLS"

func init() {
	if os.Getenv(tryCalls) == "" {
		return
	}
	if _, err := confine(confinement{Data: 1 << 30}); err != nil {
		fmt.Println("not confined:", err)
		os.Exit(1)
	}
	_, tcp := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	_, local := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	fmt.Println("socket:", tcp, local)
	fmt.Println("exec:", unix.Exec("/bin/true", []string{"true"}, nil))
	fmt.Println("ptrace:", unix.PtraceAttach(os.Getppid()))
	os.Exit(0)
}

// A reader starts no program, opens no socket and looks into no other process, whoever it runs as.
func TestForbiddenCalls(t *testing.T) {
	if !seccomp.Supported() {
		t.Log("this kernel has no seccomp filters: nothing is forbidden")
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), tryCalls+"=1")
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for _, call := range []string{"socket: operation not permitted operation not permitted",
		"exec: operation not permitted", "ptrace: operation not permitted"} {
		if !strings.Contains(string(said), call) {
			t.Errorf("it said %s, want %q", said, call)
		}
	}
	// And readers are such processes.
	r := open(t, Options{})
	p, err := r.start("")
	if err != nil {
		t.Fatal(err)
	}
	defer p.end()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil || !regexp.MustCompile(`(?m)^Seccomp:\s+2$`).Match(status) {
		t.Errorf("%v: %s", err, status)
	}
}
