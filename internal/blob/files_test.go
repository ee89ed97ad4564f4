package blob_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/blob"
)

// Blobs are spread over folders, and nothing else is left beside them.
func TestFilesLayout(t *testing.T) {
	dir := t.TempDir()
	s := files(t, dir)
	sum, _, err := s.Put(t.Context(), strings.NewReader("petition"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Put(t.Context(), strings.NewReader("petition")); err != nil {
		t.Fatal(err)
	}
	if list := filesIn(t, dir); len(list) != 1 || list[0] != filepath.Join(sum[:2], sum[2:4], sum) {
		t.Errorf("files %q", list)
	}
	if path, _, err := s.Path(t.Context(), sum); err != nil || !strings.HasPrefix(path, dir) {
		t.Errorf("%s, %v", path, err)
	}
}

// What a crash left is removed at the next start; what another process is
// writing at that moment is not.
func TestFilesLeftHalfWritten(t *testing.T) {
	dir := t.TempDir()
	crashed := filepath.Join(dir, "tmp", "crashed")
	if err := os.MkdirAll(crashed, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(crashed, "half"), []byte("peti"), 0o600); err != nil {
		t.Fatal(err)
	}
	first := files(t, dir)
	if list := filesIn(t, dir); len(list) != 0 {
		t.Errorf("left: %q", list)
	}
	sum, _, err := first.Put(t.Context(), starting{strings.NewReader("petition"),
		func() { files(t, dir) }})
	if err != nil {
		t.Fatal(err)
	}
	if list := filesIn(t, dir); len(list) != 1 || filepath.Base(list[0]) != sum {
		t.Errorf("files %q", list)
	}
}

// A flipped bit, a lost end and a file that cannot be read are seen before anybody gets them, and
// the same file handed in again mends them.
func TestFilesMend(t *testing.T) {
	dir := t.TempDir()
	s := files(t, dir)
	want := bytes.Repeat([]byte("petition"), 1000)
	sum, _, err := s.Put(t.Context(), bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, sum[:2], sum[2:4], sum)
	for what, damage := range map[string]func() error{
		"a flipped bit": func() error {
			data := bytes.Clone(want)
			data[77] ^= 1
			return os.WriteFile(name, data, 0o600)
		},
		"a lost end": func() error { return os.Truncate(name, 10) },
		"no file":    func() error { return os.Remove(name) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		_, read := s.Open(t.Context(), sum)
		_, _, parsed := s.Path(t.Context(), sum)
		for _, err := range []error{read, parsed, s.Verify(t.Context(), sum)} {
			if !errors.Is(err, blob.ErrDamaged) && !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, _, err := s.Put(t.Context(), bytes.NewReader(want)); err != nil {
			t.Fatal(err)
		}
		file, err := s.Open(t.Context(), sum)
		if err != nil {
			t.Fatalf("%s, put again: %v", what, err)
		}
		if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s, put again: %d bytes, %v", what, len(got), err)
		}
		file.Close()
	}
}

func TestFilesCheckSaysWhy(t *testing.T) {
	dir := t.TempDir()
	s := files(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(),
		"try to keep a file") {
		t.Errorf("error %v", err)
	}
	if _, err := blob.OpenFiles("/dev/null/blobs"); err == nil {
		t.Error("a folder below a file was opened")
	}
}

func BenchmarkPut(b *testing.B) {
	picture := bytes.Repeat([]byte{0xff, 0xd8, 7}, 10_000)
	s := files(b, b.TempDir())
	b.ReportAllocs()
	b.SetBytes(int64(len(picture)))
	for i := 0; b.Loop(); i++ {
		picture[0], picture[1], picture[2] = byte(i), byte(i>>8), byte(i>>16)
		if _, _, err := s.Put(b.Context(), bytes.NewReader(picture)); err != nil {
			b.Fatal(err)
		}
	}
}

// starting does something whenever it is read.
type starting struct {
	io.Reader
	do func()
}

func (s starting) Read(p []byte) (int, error) {
	s.do()
	return s.Reader.Read(p)
}

func files(t testing.TB, dir string) *blob.Files {
	t.Helper()
	s, err := blob.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func filesIn(t testing.TB, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, err = filepath.Rel(dir, name)
			list = append(list, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
