package tesseract

import (
	"debug/elf"
	"os"
	"slices"
	"testing"
)

// TestSectionsAreOurs: libraries find the program's functions only where it names them to them.
func TestSectionsAreOurs(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := elf.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	symbols, err := program.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"GOMP_parallel", "GOMP_parallel_sections", "GOMP_sections_start",
		"GOMP_sections_next", "GOMP_sections_end", "GOMP_sections_end_nowait"} {
		if !slices.ContainsFunc(symbols, func(s elf.Symbol) bool {
			return s.Name == name && s.Section != elf.SHN_UNDEF
		}) {
			t.Errorf("the program does not name its %s", name)
		}
	}
}
