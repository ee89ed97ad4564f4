package blob

import (
	"os"
	"path/filepath"
)

// ownFolder makes a folder below tmp for what this process is writing, and
// removes those of processes that ended, with what they left half written. A
// folder is its process's as long as that holds it open: another that starts
// on the same blobs leaves it alone.
func ownFolder(tmp string) (*os.File, error) {
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, err
	}
	left, err := filepath.Glob(filepath.Join(tmp, "*"))
	if err != nil {
		return nil, err
	}
	for _, name := range left {
		if err := removeOrphan(name); err != nil {
			return nil, err
		}
	}
	for {
		name, err := os.MkdirTemp(tmp, "")
		if err != nil {
			return nil, err
		}
		folder, err := os.Open(name)
		if err != nil {
			if os.IsNotExist(err) {
				continue // another process that is starting took it for an orphan
			}
			return nil, err
		}
		if own(folder) {
			if _, err := os.Stat(name); err == nil {
				return folder, nil
			}
		}
		folder.Close()
	}
}

func removeOrphan(name string) error {
	folder, err := os.Open(name)
	if os.IsNotExist(err) {
		return nil // another process was faster
	}
	if err != nil {
		return err
	}
	defer folder.Close()
	if !own(folder) {
		return nil
	}
	return os.RemoveAll(name)
}
