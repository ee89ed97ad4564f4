package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/blob"
	"countersign/internal/store"
)

// What is damaged on the disk is named with the petitions that it touches.
func TestScrub(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), "sqlite://"+filepath.Join(dir, "countersign.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	blobs, err := blob.OpenFiles(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	keep := func(text string) string {
		sum, _, err := blobs.Put(t.Context(), strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	add := func(title string, names ...string) (sums []string, id string) {
		p, err := db.AddPetition(t.Context(), store.Petition{Title: title, By: "ann"})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			sums = append(sums, keep(name))
			u := store.Upload{PetitionID: p.ID, SHA256: sums[len(sums)-1], Name: name, By: "ann"}
			if _, err := db.AddUpload(t.Context(), u); err != nil {
				t.Fatal(err)
			}
		}
		return sums, p.ID
	}
	sums, one := add("One", "shared.pdf", "gone.pdf")
	_, two := add("Two", "shared.pdf", "sound.pdf")
	export := keep("members")
	snapshot := store.Snapshot{Name: "members.csv", SHA256: export, By: "ann"}
	if _, err := db.AddSnapshot(t.Context(), snapshot); err != nil {
		t.Fatal(err)
	}
	path := func(sum string) string { return filepath.Join(dir, "blobs", sum[:2], sum[2:4], sum) }

	sound := countersign("scrub", "--data", dir)
	if r := sound; r.code != exitOK || !strings.HasPrefix(r.stdout, "All 4 files are there") {
		t.Errorf("sound: exit code %d, %s%s", r.code, r.stdout, r.stderr)
	}
	for _, sum := range []string{sums[0], export} {
		data, err := os.ReadFile(path(sum))
		if err != nil {
			t.Fatal(err)
		}
		data[3] ^= 4
		if err := os.WriteFile(path(sum), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(path(sums[1])); err != nil {
		t.Fatal(err)
	}
	r := countersign("scrub", "--data", dir)
	for _, want := range []string{
		"Petition " + one + ": the file shared.pdf is damaged",
		"Petition " + two + ": the file shared.pdf is damaged",
		"Petition " + one + ": the file gone.pdf is gone",
		"The membership export members.csv is damaged", "1 of 4 files",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("no %q in\n%s%s", want, r.stdout, r.stderr)
		}
	}
	if r.code != exitUnread || strings.Contains(r.stdout, "sound.pdf") {
		t.Errorf("exit code %d, %s", r.code, r.stdout)
	}
	if _, _, err := blobs.Put(t.Context(), bytes.NewReader([]byte("shared.pdf"))); err != nil {
		t.Fatal(err)
	}
	if r := countersign("scrub", "--data", dir); strings.Contains(r.stdout, "shared.pdf") {
		t.Errorf("handed in again, it is still damaged: %s", r.stdout)
	}
}
