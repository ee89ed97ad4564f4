package site

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"

	"countersign/internal/office"
	"countersign/internal/store"
)

// What is known of whoever asks is noted in the context of the request, before anything is done.
type askingKey int

const (
	accountKey askingKey = iota
	requestKey
	sightKey
)

func WithAccount(ctx context.Context, a store.Account) context.Context {
	return context.WithValue(ctx, accountKey, a)
}

func WithSight(ctx context.Context, sight office.Sight) context.Context {
	return context.WithValue(ctx, sightKey, sight)
}

func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey, id)
}

// SightIn is which petitions whoever asks sees.
func SightIn(ctx context.Context) office.Sight {
	sight, _ := ctx.Value(sightKey).(office.Sight)
	return sight
}

// ErrUnseen does not tell what is not there from what is not seen.
var ErrUnseen = Problem(http.StatusNotFound,
	"There is no such thing here, or it is of a petition that is not assigned to you: ask staff "+
		"or an administrator to assign the petition.")

// RequestID is the number under which a request is logged.
func RequestID(r *http.Request) string {
	id, _ := r.Context().Value(requestKey).(string)
	return id
}

// AccountOf is who asks; the zero Account where nobody is signed in.
func AccountOf(r *http.Request) store.Account { return AccountIn(r.Context()) }

func AccountIn(ctx context.Context) store.Account {
	a, _ := ctx.Value(accountKey).(store.Account)
	return a
}

// NewID names what has no content to be named after.
func NewID() string {
	b := make([]byte, 12)
	rand.Read(b)
	return hex.EncodeToString(b)
}
