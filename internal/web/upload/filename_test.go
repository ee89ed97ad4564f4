package upload

import (
	"strings"
	"testing"
)

func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"sheet.pdf": "sheet.pdf", "../../etc/passwd": "passwd", `C:\scans\a.tif`: "a.tif",
		"": "unnamed", "..": "unnamed",
		"a\nb.pdf": "ab.pdf", "evil\u202efdp.exe": "evilfdp.exe", strings.Repeat("ü", 150) +
			".pdf": strings.Repeat("ü", 100), "\xff.pdf": "�.pdf",
	} {
		if got := FileName(name); got != want {
			t.Errorf("fileName(%q) = %q, want %q", name, got, want)
		}
	}
}
