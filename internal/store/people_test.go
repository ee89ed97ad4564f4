package store

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func testAccounts(t *testing.T, s *Store) {
	ctx := t.Context()
	ann := got(s.AddAccount(ctx, Account{Email: " Ann@Example.org", Name: "Ann",
		Roles: []Role{Staff, Chair}, PasswordHash: "hash"}))(t)
	if ann.ID == "" || ann.CreatedAt.IsZero() || ann.Email != "ann@example.org" {
		t.Errorf("added as %+v", ann)
	}
	bob := got(s.AddAccount(ctx, Account{Email: "bob@example.org", Subject: "sub-7"}))(t)
	same(t, got(s.Account(ctx, ann.ID))(t), ann)
	same(t, got(s.AccountByEmail(ctx, "ANN@example.org"))(t), ann)
	same(t, got(s.AccountBySubject(ctx, "sub-7"))(t), bob)
	same(t, got(s.Accounts(ctx))(t), []Account{ann, bob})

	ann.Roles, ann.Disabled, ann.Subject = []Role{Admin}, true, "sub-8"
	must(t, s.SetAccount(ctx, ann))
	same(t, got(s.Account(ctx, ann.ID))(t), ann)

	for what, err := range map[string]error{
		"the address of another": second(s.AddAccount(ctx, Account{Email: "BOB@example.org"})),
		"the subject of another": second(s.AddAccount(ctx, Account{Email: "eve@example.org",
			Subject: "sub-7"})),
		"another's address": s.SetAccount(ctx, Account{ID: ann.ID, Email: bob.Email}),
	} {
		if !errors.Is(err, ErrConflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, err := range map[string]error{
		"account":    second(s.Account(ctx, "nobody")),
		"address":    second(s.AccountByEmail(ctx, "nobody@example.org")),
		"no subject": second(s.AccountBySubject(ctx, "")),
		"change":     s.SetAccount(ctx, Account{ID: "nobody", Email: "x"}),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
		if strings.Contains(err.Error(), "@") {
			t.Errorf("an address in %q", err)
		}
	}
}

// A petition is assigned to somebody once, and taken from them once; who added one has it for good.
func testAssignments(t *testing.T, s *Store) {
	ctx := t.Context()
	ann := got(s.AddAccount(ctx, Account{Email: "ann@example.org"}))(t)
	bob := got(s.AddAccount(ctx, Account{Email: "bob@example.org"}))(t)
	own := got(s.AddPetition(ctx, Petition{ID: "a", Title: "Own", By: ann.ID}))(t)
	other := got(s.AddPetition(ctx, Petition{ID: "b", Title: "Other", By: bob.ID}))(t)
	same(t, got(s.PetitionsFor(ctx, ann.ID))(t), []string{own.ID})
	given := Assignment{PetitionID: other.ID, AccountID: ann.ID, By: bob.ID, At: now()}
	same(t, got(s.Assign(ctx, given))(t), true)
	same(t, got(s.Assign(ctx, Assignment{PetitionID: other.ID, AccountID: ann.ID, By: ann.ID}))(t),
		false)
	same(t, got(s.Assign(ctx, Assignment{PetitionID: own.ID, AccountID: ann.ID, By: bob.ID}))(t),
		true)
	same(t, got(s.PetitionsFor(ctx, ann.ID))(t), []string{own.ID, other.ID})
	same(t, got(s.Assignments(ctx, other.ID))(t), []Assignment{given})
	for _, removed := range []bool{true, false} {
		same(t, got(s.Unassign(ctx, own.ID, ann.ID))(t), removed)
	}
	same(t, got(s.PetitionsFor(ctx, ann.ID))(t), []string{own.ID, other.ID})
	same(t, got(s.Unassign(ctx, other.ID, ann.ID))(t), true)
	same(t, got(s.PetitionsFor(ctx, ann.ID))(t), []string{own.ID})
	for what, a := range map[string]Assignment{"petition": {PetitionID: "none", AccountID: ann.ID},
		"account": {PetitionID: own.ID, AccountID: "nobody"}} {
		if _, err := s.Assign(ctx, a); err == nil {
			t.Errorf("assigned with a %s that is not there", what)
		}
	}
}

// What is no UTF-8, and what holds NUL, is kept as near as both can.
func testText(t *testing.T, s *Store) {
	ctx := t.Context()
	const bad, good = "A\x00na\xffs \\u0000 Ünïcode", "Ana\uFFFDs \\u0000 Ünïcode"
	a := got(s.AddAccount(ctx, Account{Email: "x@example.org", Name: bad, Roles: []Role{bad}}))(t)
	v := got(s.AddSnapshot(ctx, Snapshot{Map: map[string]string{bad: bad}, Columns: []string{bad,
		""}, Remarks: nil}))(t)
	same(t, got(s.Account(ctx, a.ID))(t).Name, good)
	same(t, got(s.Account(ctx, a.ID))(t).Roles, []Role{good})
	snapshot := got(s.Snapshot(ctx, v.ID))(t)
	same(t, snapshot.Map, map[string]string{good: good})
	same(t, snapshot.Columns, []string{good, ""})
	must(t, s.SetSetting(ctx, "office", bad, a.ID))
	same(t, got(s.Setting(ctx, "office"))(t), good)
	same(t, got(s.AddAccount(ctx, Account{Email: "y@example.org"}))(t).Name, "")
}

func testSessions(t *testing.T, s *Store) {
	ctx := t.Context()
	ann := got(s.AddAccount(ctx, Account{Email: "ann@example.org"}))(t)
	soon := now().Add(time.Hour)
	begin := func(hash string, expires time.Time) {
		t.Helper()
		must(t, s.AddSession(ctx, Session{Hash: hash, AccountID: ann.ID, ExpiresAt: expires}))
	}
	begin("a", soon)
	begin("b", soon)
	begin("c", soon)
	begin("over", now().Add(-time.Second))
	a := got(s.Session(ctx, "a"))(t)
	if a.AccountID != ann.ID || !a.ExpiresAt.Equal(soon) || !a.SeenAt.Equal(a.CreatedAt) {
		t.Errorf("session %+v", a)
	}
	later := soon.Add(time.Hour)
	must(t, s.TouchSession(ctx, "a", soon, later))
	if a = got(s.Session(ctx, "a"))(t); !a.SeenAt.Equal(soon) || !a.ExpiresAt.Equal(later) {
		t.Errorf("touched session %+v", a)
	}
	must(t, s.EndSession(ctx, "a"))
	must(t, s.EndSession(ctx, "a"))
	for what, err := range map[string]error{
		"ended":              second(s.Session(ctx, "a")),
		"expired":            second(s.Session(ctx, "over")),
		"touched when ended": s.TouchSession(ctx, "a", soon, later),
		"of nobody": s.AddSession(ctx, Session{Hash: "z", AccountID: "nobody",
			ExpiresAt: soon}),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, s.Expire(ctx))
	got(s.Session(ctx, "b"))(t)
	must(t, s.EndSessionsOf(ctx, ann.ID))
	for _, hash := range []string{"b", "c"} {
		if _, err := s.Session(ctx, hash); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", hash, err)
		}
	}
}

func testTokens(t *testing.T, s *Store) {
	ctx := t.Context()
	ann := got(s.AddAccount(ctx, Account{Email: "ann@example.org"}))(t)
	bob := got(s.AddAccount(ctx, Account{Email: "bob@example.org"}))(t)
	at := now()
	scanner := got(s.AddToken(ctx, Token{AccountID: ann.ID, Name: "scanner", Hash: "h1",
		CreatedAt: at}))(t)
	script := got(s.AddToken(ctx, Token{AccountID: bob.ID, Name: "script", Hash: "h2",
		CreatedAt: at.Add(time.Second)}))(t)
	used := got(s.TokenByHash(ctx, "h1"))(t)
	if used.UsedAt.IsZero() {
		t.Error("its use was not noted")
	}
	scanner.UsedAt = used.UsedAt
	same(t, got(s.Tokens(ctx, ann.ID))(t), []Token{scanner})
	same(t, got(s.Tokens(ctx, ""))(t), []Token{script, scanner})
	must(t, s.RevokeToken(ctx, scanner.ID))
	for what, err := range map[string]error{
		"revoked":       second(s.TokenByHash(ctx, "h1")),
		"unknown":       second(s.TokenByHash(ctx, "h3")),
		"revoked again": s.RevokeToken(ctx, scanner.ID),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.AddToken(ctx, Token{AccountID: ann.ID, Hash: "h2"}); !errors.Is(err,
		ErrConflict) {
		t.Errorf("the same secret twice: %v", err)
	}
}

func testInvitations(t *testing.T, s *Store) {
	ctx := t.Context()
	soon := now().Add(time.Hour)
	must(t, s.AddInvitation(ctx, Invitation{Hash: "a", Email: "Ann@example.org", Name: "Ann",
		Roles: []Role{Admin}, ExpiresAt: soon}))
	must(t, s.AddInvitation(ctx, Invitation{Hash: "over", Email: "bob@example.org",
		ExpiresAt: now().Add(-time.Second)}))
	want := Invitation{Hash: "a", Email: "ann@example.org", Name: "Ann", Roles: []Role{Admin},
		ExpiresAt: soon}
	same(t, got(s.Invitation(ctx, "a"))(t), want)
	same(t, got(s.Invitations(ctx))(t), []Invitation{want})
	for _, hash := range []string{"over", "never"} {
		if _, err := s.Join(ctx, hash, Account{PasswordHash: "hash"}); !errors.Is(err,
			ErrNotFound) {
			t.Errorf("%s: %v", hash, err)
		}
		if _, err := s.Invitation(ctx, hash); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", hash, err)
		}
	}
	// A newer one kills the older, however many are made at once.
	race(10, func(i int) {
		must(t, s.AddInvitation(ctx, Invitation{Hash: fmt.Sprint("newer ", i),
			Email: "ann@example.org", ExpiresAt: soon}))
	})
	same(t, len(got(s.Invitations(ctx))(t)), 1)
	if _, err := s.Invitation(ctx, "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the older link: %v", err)
	}
	must(t, s.DropInvitations(ctx, " ANN@example.org"))
	same(t, len(got(s.Invitations(ctx))(t)), 0)
}

func testJoin(t *testing.T, s *Store) {
	ctx := t.Context()
	soon := now().Add(time.Hour)
	must(t, s.AddInvitation(ctx, Invitation{Hash: "a", Email: "ann@example.org", Name: "Ann",
		Roles: []Role{Admin}, ExpiresAt: soon}))
	var joined atomic.Int32
	race(10, func(int) {
		_, err := s.Join(ctx, "a", Account{Email: "eve@example.org", Roles: []Role{Chair},
			PasswordHash: "hash"})
		switch {
		case err == nil:
			joined.Add(1)
		case !errors.Is(err, ErrNotFound):
			t.Error(err)
		}
	})
	same(t, int(joined.Load()), 1)
	ann := got(s.AccountByEmail(ctx, "ann@example.org"))(t)
	if ann.Name != "Ann" || len(ann.Roles) != 1 || ann.Roles[0] != Admin ||
		ann.PasswordHash != "hash" {
		t.Errorf("joined as %+v", ann)
	}
	if _, err := s.Invitation(ctx, "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the link that was taken: %v", err)
	}
}

// A reset shuts out whoever used the account, and gives it no other roles.
func testReset(t *testing.T, s *Store) {
	ctx := t.Context()
	soon := now().Add(time.Hour)
	ann := got(s.AddAccount(ctx, Account{Email: "ann@example.org", Name: "Ann",
		Roles: []Role{Staff}, PasswordHash: "old", Subject: "sub"}))(t)
	bob := got(s.AddAccount(ctx, Account{Email: "bob@example.org"}))(t)
	for _, a := range []Account{ann, bob} {
		must(t, s.AddSession(ctx, Session{Hash: "session of " + a.ID, AccountID: a.ID,
			ExpiresAt: soon}))
		_, err := s.AddToken(ctx, Token{AccountID: a.ID, Hash: "token of " + a.ID})
		must(t, err)
	}
	must(t, s.AddInvitation(ctx, Invitation{Hash: "a", Email: ann.Email, Name: "Ann",
		Roles: []Role{Admin}, ExpiresAt: soon}))
	want := ann
	want.Name, want.PasswordHash = "Anna", "new"
	same(t, got(s.Join(ctx, "a", Account{Name: "Anna", PasswordHash: "new"}))(t), want)
	same(t, got(s.Account(ctx, ann.ID))(t), want)
	_, session := s.Session(ctx, "session of "+ann.ID)
	_, token := s.TokenByHash(ctx, "token of "+ann.ID)
	if !errors.Is(session, ErrNotFound) || !errors.Is(token, ErrNotFound) {
		t.Errorf("after a reset: session %v, token %v", session, token)
	}
	must(t, second(s.Session(ctx, "session of "+bob.ID)))
	must(t, second(s.TokenByHash(ctx, "token of "+bob.ID)))

	must(t, s.AddInvitation(ctx, Invitation{Hash: "closed", Email: ann.Email, ExpiresAt: soon}))
	want.Disabled = true
	must(t, s.SetAccount(ctx, want))
	if _, err := s.Invitation(ctx, "closed"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the link of a closed account: %v", err)
	}
	if _, err := s.Join(ctx, "closed", Account{PasswordHash: "newer"}); !errors.Is(err,
		ErrNotFound) {
		t.Errorf("a closed account was reset: %v", err)
	}
	same(t, got(s.Account(ctx, ann.ID))(t), want)
}

// The first administrator is made by one link of many, once.
func testFirstAdmin(t *testing.T, s *Store) {
	ctx := t.Context()
	soon := now().Add(time.Hour)
	first := func(hash string) Invitation {
		return Invitation{Hash: hash, Roles: []Role{Admin}, ExpiresAt: soon}
	}
	must(t, s.AddInvitation(ctx, first("old")))
	race(10, func(i int) { must(t, s.AddInvitation(ctx, first(fmt.Sprint(i)))) })
	list := got(s.Invitations(ctx))(t)
	if len(list) != 1 {
		t.Fatalf("%d links are live", len(list))
	}
	var made atomic.Int32
	race(20, func(i int) {
		hash := fmt.Sprint(i)
		if i >= 10 {
			hash = list[0].Hash
		}
		_, err := s.Join(ctx, hash, Account{Email: fmt.Sprint(i, "@example.org"),
			PasswordHash: "hash"})
		switch {
		case err == nil:
			made.Add(1)
		case !errors.Is(err, ErrNotFound):
			t.Error(err)
		}
	})
	same(t, int(made.Load()), 1)
	if err := s.AddInvitation(ctx, first("late")); !errors.Is(err, ErrConflict) {
		t.Errorf("a link beside an administrator: %v", err)
	}
	same(t, len(got(s.Invitations(ctx))(t)), 0)
	// One that was made before there was an administrator is dead, however they came.
	for _, a := range got(s.Accounts(ctx))(t) {
		a.Disabled = true
		must(t, s.SetAccount(ctx, a))
	}
	must(t, s.AddInvitation(ctx, first("again")))
	must(t, second(s.Invitation(ctx, "again")))
	must(t, second(s.AddAccount(ctx, Account{Email: "by@provider.org", Subject: "sub",
		Roles: []Role{Admin}})))
	if _, err := s.Invitation(ctx, "again"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a link beside an administrator: %v", err)
	}
	if _, err := s.Join(ctx, "again", Account{Email: "eve@example.org"}); !errors.Is(err,
		ErrNotFound) {
		t.Errorf("a second first administrator: %v", err)
	}
}

func testSettings(t *testing.T, s *Store) {
	ctx := t.Context()
	same(t, got(s.Setting(ctx, "office"))(t), "")
	must(t, s.SetSetting(ctx, "office", "Philadelphia", "ann"))
	must(t, s.SetSetting(ctx, "office", "Here", "bob"))
	must(t, s.SetSetting(ctx, "days", "30", "bob"))
	same(t, got(s.Setting(ctx, "office"))(t), "Here")
	list := got(s.Settings(ctx))(t)
	if len(list) != 2 || list[0].Key != "days" || list[1].Value != "Here" || list[1].By != "bob" ||
		list[1].At.IsZero() {
		t.Errorf("settings %+v", list)
	}
}

func second[T any](_ T, err error) error { return err }

// race runs the same thing n times at once.
func race(n int, do func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			do(i)
		})
	}
	close(start)
	all.Wait()
}
