package kept

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What the quick reader reads is what encoding/json reads.
func FuzzKept(f *testing.F) {
	for _, text := range []string{
		`{"n":3,"box":[0.1,0.2,0.9,0.25],"fields":{"name":{"text":"Amy \u0026 \"Bo\" Lee","confidence":0.5,"engine":"hand","alternatives":[{"text":"x","confidence":1e-7}]},"date":{"text":"","confidence":1}},"signed":"yes","struck":true,"as":"A"}`,
		`{"n":1,"box":[0,0,0,0],"fields":null,"signed":""}`,
		`{"n":1,"fields":{"name":{"text":"Zoë","confidence":-0.5}}} `,
		`{"nobody":0.25,"prior":1e-05,"on":0.85,"found":[{"m":"0482913","p":0.75,"e":[{"f":"name","a":"agrees","x":true,"w":"name: equal","o":1000,"own":1,"no":"\n","other":true,"share":2e-9}],"also":["1","2"]}]}`,
		`{"nobody":1,"prior":0,"on":0}`, `{"nobody":"+Inf","prior":0,"on":0}`,
		`{"nobody":1,"prior":0,"on":0}`, `{"n":1.5}`, `{}`, `{"n":`, `[`,
		`{"box":[1,2,3,4,5]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !utf8.Valid(data) {
			return // the program writes none, and encoding/json mends it
		}
		var row, sameRow storedRow
		if quick := (&reader{data: data}); quick.row(&row) {
			if err := json.Unmarshal(data, &sameRow); err != nil {
				t.Fatalf("%q: read although %v", data, err)
			}
			if diff := cmp.Diff(sameRow, row, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%q: %s", data, diff)
			}
		}
		var match, sameMatch storedMatch
		if quick := (&reader{data: data}); quick.match(&match) {
			if err := json.Unmarshal(data, &sameMatch); err != nil {
				t.Fatalf("%q: read although %v", data, err)
			}
			if diff := cmp.Diff(sameMatch, match, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%q: %s", data, diff)
			}
		}
	})
}
