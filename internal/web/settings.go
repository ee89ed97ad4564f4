package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/office"
	"countersign/internal/office/rule"
	"countersign/internal/store"
	"countersign/internal/web/signin"
	"countersign/internal/web/site"
)

// count is a setting that is a number, with what holds where it is not set.
type count struct {
	Key, Name, Unit, Value string
	Usual, Least, Most     int
}

func countsOf(all map[string]string, kind string) []count {
	list := []count{
		{"retention-images", "Scans and pictures of pages", "days", "", 365, 1, 36500},
		{"retention-text", "Text that was read from sheets", "days", "", 365, 1, 36500},
		{"retention-rows", "Lines and membership exports", "days", "", 1095, 1, 36500},
		{office.SearchesSetting, "Different searches before a line may be called nobody's", "", "",
			office.UsualSearches, 0, 20},
	}
	list = slices.DeleteFunc(list, func(c count) bool {
		return strings.HasPrefix(c.Key, "retention-") != (kind == "retention")
	})
	for i := range list {
		list[i].Value = all[list[i].Key]
		if list[i].Value == "" {
			list[i].Value = strconv.Itoa(list[i].Usual)
		}
	}
	return list
}

type settingsView struct {
	Rules     rule.View
	Retention []count
	Review    []count
	OIDC      signin.OIDCSettings
	Callback  string
	HasSecret bool
	Assigned  bool // staff and verifiers see only what is assigned
	Problem   string
	May       bool
	Form      rule.Form
}

func (s *Server) settingsPage(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Settings(r.Context())
	if err != nil {
		return err
	}
	return s.showSettings(w, r, http.StatusOK, all, nil, "")
}

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, status int,
	all map[string]string, filled rule.Form, wrong string) error {
	if filled == nil {
		filled = rule.FormOf(all["rules"])
	}
	rules, err := rule.InWords(all["rules"])
	if err != nil {
		return fmt.Errorf("explain the rule: %w", err)
	}
	return s.Render(w, r, status, "settings", settingsView{
		Rules: rules, Form: filled, Retention: countsOf(all, "retention"), Review: countsOf(all,
			"review"),
		OIDC: signin.OIDCSettings{Name: all["oidc-name"], Issuer: all["oidc-issuer"],
			Client: all["oidc-client"]}, HasSecret: all["oidc-secret"] != "",
		Assigned: all[office.AccessSetting] == office.AccessAssigned,
		Callback: s.Base.JoinPath("login/oidc/callback").String(), Problem: wrong,
		May: site.May(site.AccountOf(r), site.ByAdmin),
	})
}

// setSettings takes one form of the settings page: those keys that it sends.
func (s *Server) setSettings(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	all, err := s.Settings(r.Context())
	if err != nil {
		return err
	}
	changed := map[string]string{}
	filled := s.petitions.RuleIn(r, all["rules"])
	for key, values := range r.PostForm {
		value := strings.TrimSpace(strings.ReplaceAll(values[0], "\r\n", "\n"))
		if key == "oidc-secret" && value == "" && r.PostFormValue("oidc-issuer") != "" {
			continue // it is not shown, so an empty field leaves it
		}
		if value != all[key] {
			changed[key] = value
		}
	}
	if r.PostForm.Has("oidc-issuer") && r.PostFormValue("oidc-issuer") == "" &&
		all["oidc-secret"] != "" {
		changed["oidc-secret"] = ""
	}
	wrong, err := s.wrongSettings(changed, filled)
	if err != nil {
		return err
	}
	if wrong != "" {
		for key, value := range changed {
			all[key] = value
		}
		return s.showSettings(w, r, http.StatusUnprocessableEntity, all, filled, wrong)
	}
	err = s.Store.Do(r.Context(), func(tx store.Tx) error {
		for _, key := range slices.Sorted(maps.Keys(changed)) {
			if err := tx.SetSetting(r.Context(), key, changed[key],
				site.AccountOf(r).ID); err != nil {
				return err
			}
			if err := s.Entry(r.Context(), tx, "setting.changed", key, ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the settings: %w", err)
	}
	return s.Done(w, r, "/settings", "The settings were saved.")
}

func (s *Server) wrongSettings(changed map[string]string, filled rule.Form) (string, error) {
	numbers := append(countsOf(nil, "retention"), countsOf(nil, "review")...)
	known := map[string]bool{"rules": true, "oidc-name": true, "oidc-issuer": true,
		"oidc-client": true, "oidc-secret": true}
	for key, value := range changed {
		i := slices.IndexFunc(numbers, func(c count) bool { return c.Key == key })
		switch {
		case i >= 0:
			c := numbers[i]
			if n, err := strconv.Atoi(value); err != nil || n < c.Least || n > c.Most {
				return fmt.Sprintf("%s: write a number from %d to %s.", c.Name, c.Least,
					site.Number(c.Most)), nil
			}
		case key == office.AccessSetting:
			if value != office.AccessAll && value != office.AccessAssigned {
				return "Choose which petitions staff and verifiers see: all, or those assigned.",
					nil
			}
		case !known[key]:
			return fmt.Sprintf("There is no setting %q.", key), nil
		case len(value) > 1<<16:
			return "That is too long.", nil
		case key == "rules":
			view, err := rule.InWords(value)
			if err != nil {
				return "", fmt.Errorf("explain the rule: %w", err)
			}
			if filled != nil {
				return filled.Refusal(view), nil
			}
			if wrong := view.Refusal(); wrong != "" {
				return wrong, nil
			}
		case key == "oidc-issuer" && value != "":
			if u, err := url.Parse(value); err != nil || u.Host == "" || u.Scheme != "https" &&
				u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" {
				return "The provider's address must begin with https://, such as " +
					"https://login.example.org.", nil
			}
		}
	}
	return "", nil
}

type peopleView struct {
	People      []colleague
	Invitations []store.Invitation
	Link        string // of an invitation that was just made: shown once
	For         string
	Problem     string
	Roles       []store.Role
	May         bool
}

// colleague is an account with its tokens.
type colleague struct {
	store.Account
	Tokens []store.Token
	Me     bool
}

func (s *Server) peoplePage(w http.ResponseWriter, r *http.Request) error {
	return s.showPeople(w, r, http.StatusOK, peopleView{})
}

func (s *Server) showPeople(w http.ResponseWriter, r *http.Request, status int,
	v peopleView) error {
	accounts, err := s.Store.Accounts(r.Context())
	if err != nil {
		return fmt.Errorf("list accounts: %w", err)
	}
	tokens, err := s.Store.Tokens(r.Context(), "")
	if err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	for _, a := range accounts {
		p := colleague{Account: a, Me: a.ID == site.AccountOf(r).ID}
		for _, t := range tokens {
			if t.AccountID == a.ID && t.RevokedAt.IsZero() {
				p.Tokens = append(p.Tokens, t)
			}
		}
		v.People = append(v.People, p)
	}
	if v.Invitations, err = s.Store.Invitations(r.Context()); err != nil {
		return fmt.Errorf("list invitations: %w", err)
	}
	v.Roles, v.May = store.Roles(), site.May(site.AccountOf(r), site.ByAdmin)
	return s.Render(w, r, status, "people", v)
}

// addPerson makes an account without a password, and a link with which its
// owner sets one. Who signs in through a provider does not need the link.
func (s *Server) addPerson(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	a := store.Account{ID: site.NewID(),
		Email: strings.ToLower(strings.TrimSpace(r.PostFormValue("email"))),
		Name:  strings.TrimSpace(r.PostFormValue("name")), Roles: rolesIn(r), CreatedAt: s.Now()}
	wrong := ""
	switch {
	case !signin.IsAddress(a.Email):
		wrong = "Write an e-mail address such as verifier@example.org."
	case a.Name == "" || len(a.Name) > 200:
		wrong = "Write the name, as others should see it."
	case len(a.Roles) == 0:
		wrong = "Choose at least one role."
	}
	if wrong == "" {
		link, err := s.link(r.Context(), a, func(tx store.Tx) error {
			if _, err := tx.AddAccount(r.Context(), a); err != nil {
				return err
			}
			return s.Entry(r.Context(), tx, "account.added", a.ID, site.RoleWords(a.Roles))
		})
		switch {
		case err == nil:
			return s.showPeople(w, r, http.StatusCreated, peopleView{Link: link, For: a.Name})
		case errors.Is(err, store.ErrConflict):
			wrong = "There is an account with this e-mail address already."
		case err != nil:
			return fmt.Errorf("add the account: %w", err)
		}
	}
	return s.showPeople(w, r, http.StatusUnprocessableEntity, peopleView{Problem: wrong})
}

// link makes a one-time link for an account, with what else is written of it.
func (s *Server) link(ctx context.Context, a store.Account, first func(tx store.Tx) error) (
	link string, err error) {
	err = s.Act(ctx, "account.invited", a.ID, "", func(tx store.Tx) (err error) {
		if err = first(tx); err != nil {
			return err
		}
		link, err = s.SignIn.Invite(ctx, tx.Store, a.Email, a.Name, a.Roles)
		return err
	})
	return link, err
}

// newLink lets somebody set a new password who has lost theirs.
func (s *Server) newLink(w http.ResponseWriter, r *http.Request) error {
	a, err := s.Store.Account(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if a.Disabled {
		return s.showPeople(w, r, http.StatusUnprocessableEntity,
			peopleView{
				Problem: "The account is closed, so that no link would work: open it first."})
	}
	link, err := s.link(r.Context(), a, func(store.Tx) error { return nil })
	if err != nil {
		return err
	}
	return s.showPeople(w, r, http.StatusCreated, peopleView{Link: link, For: a.Name})
}

func (s *Server) setPerson(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	a, err := s.Store.Account(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	before := a
	a.Roles, a.Disabled = rolesIn(r), r.PostFormValue("disabled") != ""
	if name := strings.TrimSpace(r.PostFormValue("name")); name != "" && len(name) <= 200 {
		a.Name = name
	}
	left := a.Disabled || !slices.Contains(a.Roles, store.Admin)
	switch {
	case len(a.Roles) == 0:
		return s.showPeople(w, r, http.StatusUnprocessableEntity,
			peopleView{Problem: "Choose at least one role, or close the account."})
	case a.ID == site.AccountOf(r).ID && left:
		return s.showPeople(w, r, http.StatusUnprocessableEntity,
			peopleView{
				Problem: "You cannot take the administration from yourself: another " +
					"administrator can."})
	}
	detail := "roles " + site.RoleWords(a.Roles)
	if a.Disabled {
		detail += ", closed"
	}
	err = s.Act(r.Context(), "account.changed", a.ID, detail, func(tx store.Tx) error {
		if err := tx.SetAccount(r.Context(), a); err != nil || !a.Disabled || before.Disabled {
			return err
		}
		if err := tx.EndSessionsOf(r.Context(), a.ID); err != nil {
			return err
		}
		return tx.DropInvitations(r.Context(), a.Email)
	})
	if err != nil {
		return fmt.Errorf("change the account: %w", err)
	}
	return s.Done(w, r, "/settings/people", "The account was changed.")
}

func rolesIn(r *http.Request) []store.Role {
	var out []store.Role
	for _, role := range store.Roles() {
		if slices.Contains(r.PostForm["role"], string(role)) {
			out = append(out, role)
		}
	}
	return out
}
