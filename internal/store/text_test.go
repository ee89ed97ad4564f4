package store

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever comes in, both databases take what clean makes of it, cleaning it
// again changes nothing, and JSON gives it back.
func FuzzClean(f *testing.F) {
	for _, text := range []string{"", "Marie Curie", "A\x00b", "\xff\xfe", `\u0000`, "\\\x00u0000",
		"\u2028"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cleaned := clean(text)
		if !utf8.ValidString(cleaned) || strings.Contains(cleaned, "\x00") ||
			clean(cleaned) != cleaned {
			t.Errorf("%q became %q", text, cleaned)
		}
		list, of := []string{}, map[string]string{}
		if err := json.Unmarshal([]byte(inJSON([]string{text})), &list); err != nil ||
			len(list) != 1 || list[0] != cleaned {
			t.Errorf("%q came back as %q, %v", text, list, err)
		}
		if err := json.Unmarshal([]byte(inJSON(map[string]string{text: text})), &of); err != nil ||
			of[cleaned] != cleaned {
			t.Errorf("%q came back as %q, %v", text, of, err)
		}
	})
}
