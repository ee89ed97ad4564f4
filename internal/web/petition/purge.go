package petition

import (
	"strings"

	"countersign/internal/store"
)

// purgeWord says what was purged, of how much the log tells it, for the list of
// what happened to a petition.
func purgeWord(e store.AuditEntry) string {
	what := map[string]string{
		"purge.images": "Purged the files and pictures",
		"purge.text":   "Purged what was read and the notes",
		"purge.rows":   "Purged whose the lines were",
	}[e.Action]
	_, told, _ := strings.Cut(e.Detail, ": ")
	if told == "" {
		return what
	}
	return what + ": " + told
}
