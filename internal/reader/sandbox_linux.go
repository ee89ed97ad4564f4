package reader

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/landlock-lsm/go-landlock/landlock"
	landlocksys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// confinement is what a process that parses strangers' files may still do.
type confinement struct {
	Data  uint64   // bytes of memory
	Read  []string // files and folders
	Write []string // folders
}

// confine takes from this process, for good, what reading pages does not need: memory
// beyond a limit, files but those named, the network. It returns the version of the
// kernel's Landlock, 0 where there is none: then files and network stay as open as
// they are to the user it runs as.
//
// Memory is limited as data: a Go process reserves more than a gigabyte of addresses
// that it never uses, so their number says nothing. Whoever starts the process must watch
// it as well, for Go's heap can grow into what it reserved.
func confine(c confinement) (version int, err error) {
	for _, l := range []struct {
		what int
		most uint64
	}{
		{unix.RLIMIT_DATA, c.Data},
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_NOFILE, 256},
		{unix.RLIMIT_FSIZE, 256 << 20}, // compiled PDFium takes some 20 MB
	} {
		if err := lower(l.what, l.most); err != nil {
			return 0, fmt.Errorf("limit a reader process: %w", err)
		}
	}
	rules := []landlock.Rule{
		landlock.RWFiles("/dev/null").IgnoreIfMissing(), // where Tesseract's remarks go
		landlock.PathAccess(readOnly, "/usr/share", "/proc/self",
			"/sys/devices/system/cpu").IgnoreIfMissing(),
		landlock.RWDirs(c.Write...),
	}
	for _, path := range append(c.Read, os.Getenv("TESSDATA_PREFIX")) {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return 0, fmt.Errorf("confine a reader process: %w", err)
		case info.IsDir():
			rules = append(rules, landlock.PathAccess(readOnly, path))
		default:
			rules = append(rules, landlock.PathAccess(landlocksys.AccessFSReadFile, path))
		}
	}
	if err := landlock.V7.BestEffort().Restrict(rules...); err != nil {
		return 0, fmt.Errorf("confine a reader process: %w", err)
	}
	if err := forbid(); err != nil {
		return 0, fmt.Errorf("confine a reader process: %w", err)
	}
	if version, err = landlocksys.LandlockGetABIVersion(); err != nil {
		return 0, nil // the kernel has none
	}
	return version, nil
}

// forbidden are calls of the kernel that reading pages never makes. Landlock knows files and TCP;
// these start programs, open sockets of every kind, look into other processes, or reach parts of
// the kernel in which most holes were found.
var forbidden = []string{
	"execve", "execveat", "socket", "socketpair", "connect", "bind", "listen", "accept4",
	"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp",
	"mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_by_handle_at",
	"bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "keyctl", "add_key", "request_key",
	"init_module", "finit_module", "delete_module", "kexec_load", "reboot", "swapon", "swapoff",
	"setuid", "setgid", "setreuid", "setresuid", "setresgid", "setgroups", "memfd_create", "shmget",
	"msgget",
}

// forbid takes them from all threads of this process, where the kernel can.
func forbid() error {
	if !seccomp.Supported() {
		return nil
	}
	return seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionAllow,
			Syscalls:      []seccomp.SyscallGroup{{Action: seccomp.ActionErrno, Names: forbidden}},
		}})
}

// readOnly lets a process read and list, and execute nothing.
const readOnly = landlocksys.AccessFSReadFile | landlocksys.AccessFSReadDir

// lower lowers a limit, never raising one that is lower already.
func lower(what int, most uint64) error {
	var now unix.Rlimit
	if err := unix.Getrlimit(what, &now); err != nil {
		return err
	}
	limit := unix.Rlimit{Cur: min(most, now.Max), Max: min(most, now.Max)}
	return unix.Setrlimit(what, &limit)
}
