package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func testAudit(t *testing.T, s *Store) {
	ctx := t.Context()
	same(t, got(s.VerifyAudit(ctx))(t), 0)
	var made []AuditEntry
	for i := range 5 {
		made = append(made, got(s.Record(ctx, AuditEntry{Actor: "ann\x00", Action: "accept",
			Subject: fmt.Sprint("line", i%2), Detail: "member 7"}))(t))
	}
	same(t, got(s.Audit(ctx, 0, 10))(t), made)
	same(t, got(s.Audit(ctx, 2, 2))(t), made[2:4])
	same(t, got(s.AuditOf(ctx, "line1", 1))(t), made[3:4])
	same(t, got(s.AuditWhere(ctx, AuditFilter{Actor: "ann", Action: "acc", Subject: "line0"}, 0,
		2))(t), []AuditEntry{made[4], made[2]})
	same(t, got(s.AuditWhere(ctx, AuditFilter{Subject: "line"}, 3, 5))(t), []AuditEntry{made[1],
		made[0]})
	same(t, len(got(s.AuditWhere(ctx, AuditFilter{Actor: "bob"}, 0, 5))(t)), 0)
	seq, hash, err := s.AuditHead(ctx)
	must(t, err)
	if seq != 5 || hash != made[4].Hash || made[4].Prev != made[3].Hash || made[0].Prev != "" {
		t.Errorf("head %d %s of %+v", seq, hash, made)
	}
	same(t, got(s.VerifyAudit(ctx))(t), 5)
}

func testAuditAtOnce(t *testing.T, s *Store) {
	ctx := t.Context()
	const each = 10
	race(20, func(i int) {
		for n := range each {
			if _, err := s.Record(ctx, AuditEntry{Actor: fmt.Sprint(i), Action: "accept",
				Subject: fmt.Sprint(n)}); err != nil {
				t.Error(err)
			}
		}
	})
	same(t, got(s.VerifyAudit(ctx))(t), 20*each)
	same(t, len(got(s.Audit(ctx, 0, 1000))(t)), 20*each)
}

func testAuditTampered(t *testing.T, s *Store) {
	ctx := t.Context()
	for i := range 6 {
		got(s.Record(ctx, AuditEntry{Actor: "ann", Action: "accept", Subject: fmt.Sprint(i),
			At: time.UnixMilli(int64(i + 1))}))(t)
	}
	entries := got(s.Audit(ctx, 0, 10))(t)
	forged := entries[5]
	forged.Subject = "another"
	for _, step := range []struct{ name, forge, undo, want string }{
		{"a changed detail", `UPDATE audit SET detail = 'x' WHERE seq = 3`,
			`UPDATE audit SET detail = '' WHERE seq = 3`, "entry 3 was changed"},
		{"a flipped bit", `UPDATE audit SET subject = '3' WHERE seq = 3`,
			`UPDATE audit SET subject = '2' WHERE seq = 3`, "one bit of entry 3"},
		{"a moved border between texts",
			`UPDATE audit SET actor = 'annac', action = 'cept' WHERE seq = 2`,
			`UPDATE audit SET actor = 'ann', action = 'accept' WHERE seq = 2`,
			"entry 2 was changed"},
		{"a changed time", `UPDATE audit SET at = 70 WHERE seq = 1`,
			`UPDATE audit SET at = 1 WHERE seq = 1`, "entry 1 was changed"},
		{"a changed hash", `UPDATE audit SET hash = '00' WHERE seq = 4`,
			`UPDATE audit SET hash = '` + entries[3].Hash + `' WHERE seq = 4`,
			"entry 4 was changed"},
		{"a changed link", `UPDATE audit SET prev = '00' WHERE seq = 4`,
			`UPDATE audit SET prev = '` + entries[3].Prev + `' WHERE seq = 4`,
			"entry 4 does not follow entry 3"},
		{"a forged end", `UPDATE audit SET subject = 'another', hash = '` + forged.sum() +
			`' WHERE seq = 6`, `UPDATE audit SET subject = '5', hash = '` + entries[5].Hash +
			`' WHERE seq = 6`, "entry 6 is not the head"},
		{"an entry taken out", `UPDATE audit SET seq = 7 WHERE seq = 6`,
			`UPDATE audit SET seq = 6 WHERE seq = 7`, "entry 6 is missing"},
		{"a log cut short", `DELETE FROM audit WHERE seq = 6`, ``, "entries 6 to 6 are missing"},
	} {
		if _, err := write(ctx, s.writer, step.forge); err != nil {
			t.Fatal(err)
		}
		n, err := s.VerifyAudit(ctx)
		if err == nil || !strings.Contains(err.Error(), step.want) {
			t.Errorf("%s: %d entries, %v", step.name, n, err)
		}
		if step.undo == "" {
			continue
		}
		if _, err := write(ctx, s.writer, step.undo); err != nil {
			t.Fatal(err)
		}
		if _, err := s.VerifyAudit(ctx); err != nil {
			t.Errorf("after %s was undone: %v", step.name, err)
		}
	}
}
