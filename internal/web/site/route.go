package site

import (
	"net/http"
	"slices"
	"strings"

	"countersign/internal/store"
)

// Route is one thing that can be asked of the service, with who may ask it.
type Route struct {
	Pattern string // as of http.ServeMux
	Who     Access
	Handle  func(http.ResponseWriter, *http.Request) error // an error is shown by Site.Fail
}

// On is the route of a pattern.
func On(pattern string, who Access, handle func(http.ResponseWriter, *http.Request) error) Route {
	return Route{pattern, who, handle}
}

// Access is a set of roles.
type Access uint8

// Each role of store.Roles has a bit, in their order.
const (
	ByStaff Access = 1 << iota
	ByVerifier
	ByChair
	ByAdmin
	Public // signed in or not

	SignedIn = ByStaff | ByVerifier | ByChair | ByAdmin
)

// AccessOf is what the roles of an account give.
func AccessOf(roles []store.Role) (a Access) {
	for i, role := range store.Roles() {
		if slices.Contains(roles, role) {
			a |= 1 << i
		}
	}
	return a
}

// roles of which each has access, in words.
func (a Access) String() string {
	if a&Public != 0 {
		return "anyone"
	}
	if a == SignedIn {
		return "signed in"
	}
	var words []string
	for i, role := range store.Roles() {
		if a&(1<<i) != 0 {
			words = append(words, string(role))
		}
	}
	return strings.Join(words, ", ")
}

// May says whether an account could ask something, so that pages offer only
// what is not refused.
func May(a store.Account, who Access) bool { return AccessOf(a.Roles)&who != 0 }

const Reviewers = ByVerifier | ByChair | ByAdmin
