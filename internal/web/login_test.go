package web

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"countersign/internal/store"
	"countersign/internal/web/signin"
	"countersign/internal/web/site"
)

// The right password opens, a wrong one does not, and guessing is slowed
// down whether or not there is such an account.
func TestLogin(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	c := sv.client("")
	if a := c.get("/petitions/x").want(t, 303); a.Header.Get(
		"Location") != "/login?next=%2Fpetitions%2Fx" {
		t.Errorf("not signed in, sent to %s", a.Header.Get("Location"))
	}
	if a := c.post("/petitions", "title", "x").want(t, 303); !strings.Contains(
		c.get(a.Header.Get("Location")).want(t, 200).body, "what you sent last was not kept") {
		t.Error("what somebody sent without being signed in is lost silently")
	}
	if a := c.post("/login", "email", "staff@example.org", "password", "wrong").want(t,
		401); !strings.Contains(a.body, "is not right") {
		t.Error("a wrong password is not said to be wrong")
	}
	a := c.post("/login", "email", "STAFF@example.org ", "password", testPassword, "next",
		"/help").want(t, 303)
	if a.Header.Get("Location") != "/help" {
		t.Errorf("sent on to %s", a.Header.Get("Location"))
	}
	cookie := a.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure {
		t.Errorf("the cookie is %+v", cookie)
	}
	c.get("/petitions").want(t, 200)
	c.post("/logout").want(t, 303)
	c.get("/petitions").want(t, 303)
	for range 12 {
		a = c.post("/login", "email", "nobody@example.org", "password", "wrong")
	}
	a.want(t, 429)
	for _, word := range []string{"example.org", "Terry", testPassword, cookie.Value} {
		if strings.Contains(sv.logs.String(), word) {
			t.Errorf("the log holds %q", word)
		}
	}
}

// A session ends when it is not used, and when its account is closed.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	c := sv.client("verifier")
	c.get("/petitions").want(t, 200)
	a, err := sv.Store.Account(t.Context(), "account-verifier")
	check0(t, err)
	a.Disabled = true
	check0(t, sv.Store.SetAccount(t.Context(), a))
	c.get("/petitions").want(t, 303)
	c = sv.client("chair")
	sv.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	c.get("/petitions").want(t, 303)
}

// The first administrator comes by a link that works once; others are invited.
func TestFirstAdmin(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	link, err := sv.SignIn.FirstAdmin(t.Context())
	if err != nil || link != "" {
		t.Fatalf("with accounts there is a link: %q, %v", link, err)
	}
	all, err := sv.Store.Accounts(t.Context())
	check0(t, err)
	for _, a := range all {
		a.Disabled = true
		check0(t, sv.Store.SetAccount(t.Context(), a))
	}
	older, err := sv.SignIn.FirstAdmin(t.Context())
	check0(t, err)
	link, err = sv.SignIn.FirstAdmin(t.Context()) // at the next start
	check0(t, err)
	sv.client("").get(strings.TrimPrefix(older, sv.url)).want(t, 410)
	path := strings.TrimPrefix(link, sv.url)
	c := sv.client("")
	c.get(path).want(t, 200) // looking does not spend it
	if a := c.post(path, "email", "first@example.org", "name", "First", "password", "short",
		"again", "short").want(t, 422); !strings.Contains(a.body, "12 or more") {
		t.Error("a short password is not refused in words")
	}
	c.post(path, "email", "first@example.org", "name", "First", "password", testPassword, "again",
		testPassword).want(t, 303)
	c.get("/settings").want(t, 200)
	sv.client("").get(path).want(t, 410)
	sv.client("").post(path, "email", "second@example.org", "name", "Second", "password",
		testPassword, "again", testPassword).want(t, 410)

	a := c.post("/settings/people", "email", "new@example.org", "name", "New One", "role",
		"verifier").want(t, 201)
	at := strings.Index(a.body, sv.url+"/welcome/")
	if at < 0 {
		t.Fatal("no link is shown")
	}
	path, _, _ = strings.Cut(a.body[at+len(sv.url):], "<")
	if link, err := sv.SignIn.FirstAdmin(t.Context()); err != nil || link != "" {
		t.Errorf("with an administrator there is a link: %q, %v", link, err)
	}
	n := sv.client("")
	n.post(path, "email", "chair@example.org", "name", "New One", "password", testPassword, "again",
		testPassword).want(t, 303)
	n.get("/petitions").want(t, 200)
	n.get("/settings").want(t, 403)
	if _, err := sv.Store.AccountByEmail(t.Context(), "new@example.org"); err != nil {
		t.Error("the invitation's address does not hold:", err)
	}
	if strings.Contains(sv.logs.String(), strings.TrimPrefix(path, "/welcome/")) {
		t.Error("the log holds a one-time link")
	}
	if n, err := sv.Store.VerifyAudit(t.Context()); err != nil || n == 0 {
		t.Errorf("the audit chain: %d entries, %v", n, err)
	}
}

// A link for a new password kills the one before, shuts out whoever used the account, and dies
// with the account and with a password that its owner chose.
func TestReset(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	admin := sv.client("admin")
	link := func() string {
		t.Helper()
		a := admin.post("/settings/people/account-verifier/link").want(t, 201)
		_, rest, found := strings.Cut(a.body, sv.url+"/welcome/")
		if !found {
			t.Fatal("no link is shown")
		}
		secret, _, _ := strings.Cut(rest, "<")
		return "/welcome/" + secret
	}
	join := func(c *client, path string) answer {
		return c.post(path, "name", "Terry", "password", "a new good one", "again",
			"a new good one")
	}
	there := sv.client("verifier")
	a := there.post("/account/tokens", "name", "script").want(t, 201)
	_, rest, _ := strings.Cut(a.body, "<code>cs_")
	secret, _, _ := strings.Cut(rest, "<")
	script := sv.client("")
	script.token = "cs_" + secret
	script.get("/api/me").want(t, 200)

	for _, path := range []string{"/account/tokens", "/account/sessions/end", "/account/password"} {
		a := script.do("POST", path,
			strings.NewReader("name=more&password=a+new+good+one&again=a+new+good+one&old="+
				url.QueryEscape(testPassword)),
			"Content-Type", "application/x-www-form-urlencoded").want(t, 403)
		if len(a.Cookies()) > 0 {
			t.Errorf("%s gave a token %v", path, a.Cookies())
		}
	}

	first, second := link(), link()
	sv.client("").get(first).want(t, 410)
	join(sv.client(""), first).want(t, 410)
	there.get("/petitions").want(t, 200) // making a link shuts nobody out
	here := sv.client("")
	join(here, second).want(t, 303)
	here.get("/petitions").want(t, 200)
	there.get("/petitions").want(t, 303)
	script.get("/api/me").want(t, 401)
	sv.client("staff").get("/petitions").want(t, 200)

	asked := link()
	here.post("/account/password", "old", "a new good one", "password", "yet another one", "again",
		"yet another one").want(t, 303)
	sv.client("").get(asked).want(t, 410)

	open := link()
	admin.post("/settings/people/account-verifier", "role", "verifier", "disabled", "yes").want(t,
		303)
	sv.client("").get(open).want(t, 410)
	join(sv.client(""), open).want(t, 410)
	admin.post("/settings/people/account-verifier/link").want(t, 422)
	admin.post("/settings/people/account-verifier", "role", "verifier").want(t, 303)
	sv.client("").get(open).want(t, 410) // opening the account again does not bring it back
}

// What was under way with the old password when an account was reset comes to nothing.
func TestResetMeanwhile(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	before, err := sv.Store.Account(t.Context(), "account-verifier")
	check0(t, err)
	link, err := sv.SignIn.Invite(t.Context(), sv.Store, before.Email, before.Name, before.Roles)
	check0(t, err)
	sv.client("").post(strings.TrimPrefix(link, sv.url), "name", "Terry", "password",
		"a new good one", "again", "a new good one").want(t, 303)
	if err := sv.Store.SetPassword(t.Context(), before.ID, before.PasswordHash,
		"the old one's"); err == nil {
		t.Error("the old password sets another")
	}
	w := httptest.NewRecorder()
	if err := sv.SignIn.SignIn(w, httptest.NewRequest("POST", "/login", nil), before,
		"password"); err == nil || len(w.Result().Cookies()) > 0 {
		t.Errorf("the old password opens: %v, %v", err, w.Result().Cookies())
	}
}

// A token does what its owner may, until it is revoked.
func TestToken(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	c := sv.client("verifier")
	a := c.post("/account/tokens", "name", "my script").want(t, 201)
	_, rest, _ := strings.Cut(a.body, "<code>cs_")
	secret, _, _ := strings.Cut(rest, "<")
	script := sv.client("")
	script.token = "cs_" + secret
	if a := script.get("/api/me").want(t, 200); !strings.Contains(a.body, `"account-verifier"`) {
		t.Errorf("the token is for %s", a.body)
	}
	script.do("POST", "/api/petitions", strings.NewReader(`{"title":"x"}`), "Content-Type",
		"application/json").want(t, 403)
	tokens, err := sv.Store.Tokens(t.Context(), "account-verifier")
	check0(t, err)
	sv.client("staff").post("/account/tokens/"+tokens[0].ID+"/revoke").want(t, 404)
	sv.client("admin").post("/account/tokens/"+tokens[0].ID+"/revoke").want(t, 303)
	script.get("/api/me").want(t, 401)
}

// Changing the password signs out everywhere else.
func TestPassword(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	here, there := sv.client("staff"), sv.client("staff")
	here.post("/account/password", "old", "wrong", "password", "another good one", "again",
		"another good one").want(t, 422)
	here.post("/account/password", "old", testPassword, "password", "another good one", "again",
		"another good one").want(t, 303)
	here.get("/account").want(t, 200)
	there.get("/account").want(t, 303)
	sv.client("").post("/login", "email", "staff@example.org", "password", "another good one").want(
		t, 303)
}

// provider is a small OpenID Connect provider: discovery, keys, and codes that
// are exchanged once for a signed ID token.
type provider struct {
	*httptest.Server
	key    *rsa.PrivateKey
	claims map[string]any // of whoever signs in next
	codes  map[string]url.Values
}

func newProvider(t *testing.T) *provider {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check0(t, err)
	p := &provider{key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter,
		r *http.Request) {
		say(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize",
			"token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"response_types_supported": []string{"code"}, "subject_types_supported": []string{
				"public"}, "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		say(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1",
			Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		code := signin.NewSecret()
		p.codes[code] = r.URL.Query()
		http.Redirect(w, r, r.URL.Query().Get("redirect_uri")+"?"+url.Values{"code": {code},
			"state": {r.URL.Query().Get("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		asked, ok := p.codes[r.PostFormValue("code")]
		delete(p.codes, r.PostFormValue("code"))
		client, secret, _ := r.BasicAuth()
		secret, _ = url.QueryUnescape(secret)
		sum := s256(r.PostFormValue("code_verifier"))
		if !ok || client != "countersign" || secret != "provider secret" ||
			sum != asked.Get("code_challenge") {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256,
			Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
		if err != nil {
			panic(err)
		}
		now := time.Now()
		claims := map[string]any{"iss": p.URL, "aud": "countersign", "nonce": asked.Get("nonce"),
			"iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
		for k, v := range p.claims {
			claims[k] = v
		}
		token, err := jwt.Signed(signer).Claims(claims).Serialize()
		if err != nil {
			panic(err)
		}
		say(w, map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 60,
			"id_token": token})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// People sign in through the provider that the settings name: found by a
// verified e-mail address the first time, by the provider's subject after.
func TestOIDC(t *testing.T) {
	t.Parallel()
	sv, p := newService(t), newProvider(t)
	sv.client("").get("/login/oidc").want(t, 404)
	admin := sv.client("admin")
	admin.post("/settings", "oidc-name", "ALA", "oidc-issuer", "http://provider.example.org",
		"oidc-client", "countersign", "oidc-secret", "provider secret").want(t, 422)
	admin.post("/settings", "oidc-name", "ALA", "oidc-issuer", p.URL, "oidc-client", "countersign",
		"oidc-secret", "provider secret").want(t, 303)
	if a := admin.get("/settings").want(t, 200); strings.Contains(a.body, "provider secret") {
		t.Error("the secret is shown")
	}
	if a := sv.client("").get("/login").want(t, 200); !strings.Contains(a.body,
		"Sign in with ALA") {
		t.Error("the page does not offer the provider")
	}
	// trip goes to the provider and back.
	trip := func(claims map[string]any) (*client, answer) {
		t.Helper()
		p.claims = claims
		c := sv.client("")
		there := c.get("/login/oidc?next=/help").want(t, 303).Header.Get("Location")
		resp, err := c.http.Get(there)
		check0(t, err)
		resp.Body.Close()
		return c, c.get(strings.TrimPrefix(resp.Header.Get("Location"), sv.url))
	}
	c, a := trip(map[string]any{"sub": "42", "email": "Chair@example.org", "email_verified": true})
	if a.want(t, 303); a.Header.Get("Location") != "/help" {
		t.Errorf("sent on to %s", a.Header.Get("Location"))
	}
	c.get("/settings").want(t, 200)
	for _, tt := range []struct {
		name   string
		claims map[string]any
		status int
	}{
		{"the subject counts, whatever the address is by now", map[string]any{"sub": "42",
			"email": "other@example.org"}, 303},
		{"another subject with the address of somebody who came before", map[string]any{"sub": "43",
			"email": "chair@example.org", "email_verified": true}, 403},
		{"an address that is not verified", map[string]any{"sub": "44",
			"email": "staff@example.org", "email_verified": false}, 403},
		{"nobody that is known", map[string]any{"sub": "45", "email": "stranger@example.org",
			"email_verified": true}, 403},
		{"a token for somebody else", map[string]any{"sub": "42", "aud": "another"}, 403},
		{"a token of another issuer", map[string]any{"sub": "42",
			"iss": "https://evil.example.org"}, 403},
		{"a token that is over", map[string]any{"sub": "42",
			"exp": time.Now().Add(-time.Hour).Unix()}, 403},
		{"a token of another signing in", map[string]any{"sub": "42", "nonce": "old"}, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, a := trip(tt.claims)
			a.want(t, tt.status)
		})
	}
	// An answer that this browser did not ask for.
	sv.client("").get("/login/oidc/callback?code=x&state=y").want(t, 403)
	account, err := sv.Store.AccountByEmail(t.Context(), "chair@example.org")
	if err != nil || account.Subject != p.URL+"|42" {
		t.Errorf("the account's subject is %q, %v", account.Subject, err)
	}
	if _, err := sv.Store.AccountByEmail(t.Context(),
		"stranger@example.org"); err != store.ErrNotFound && err == nil {
		t.Error("a stranger has an account now")
	}
	if strings.Contains(sv.logs.String(), "@example.org") {
		t.Error("the log holds an e-mail address")
	}
}

func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// A token does what it was made for and no more, until its time is over.
func TestTokenScopes(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	c := sv.client("staff")
	made := func(scope, days string) *client {
		a := c.post("/account/tokens", "name", scope, "scope", scope, "days", days).want(t, 201)
		_, rest, _ := strings.Cut(a.body, "<code>")
		secret, _, _ := strings.Cut(rest, "<")
		script := sv.client("")
		script.token = secret
		return script
	}
	for scope, may := range map[string]struct{ read, add, upload, page int }{
		"upload": {200, 403, 200, 403},
		"read":   {200, 403, 403, 200},
		"full":   {200, 200, 200, 200},
	} {
		script := made(scope, "90")
		script.get("/api/petitions").want(t, may.read)
		script.get("/petitions").want(t, may.page)
		a := script.do("POST", "/api/petitions", strings.NewReader(`{"title":"x"}`), "Content-Type",
			"application/json")
		if (a.StatusCode == 403) != (may.add == 403) {
			t.Errorf("%s adds a petition: %d", scope, a.StatusCode)
		}
		a = script.do("PUT", "/api/petitions/"+p.ID+"/files/"+scope+".pdf", strings.NewReader("of "+
			scope))
		if (a.StatusCode == 403) != (may.upload == 403) {
			t.Errorf("%s hands a file in: %d %s", scope, a.StatusCode, a.body)
		}
		sv.client("").get("/calendar/"+script.token+".ics").want(t, 403)
		script.post("/account/tokens", "name", "more").want(t, 403)
	}
	calendar := made("calendar", "")
	sv.client("").get("/calendar/"+calendar.token+".ics").want(t, 200)
	calendar.get("/api/petitions").want(t, 403)
	c.post("/account/tokens", "name", "x", "scope", "none").want(t, 422)

	secret := signin.NewSecret()
	_, err := sv.Store.AddToken(t.Context(), store.Token{AccountID: "account-staff", Name: "old",
		Hash: signin.HashSecret(secret), ExpiresAt: time.Now().Add(-time.Second)})
	check0(t, err)
	calendar.token = secret
	calendar.get("/api/me").want(t, 401)
}

// Whoever guesses the password of somebody is held back, and that person is not: neither in a
// browser that they use, nor at another address.
func TestGuessingLocksNobodyOut(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	own := sv.client("")
	own.post("/login", "email", "staff@example.org", "password", testPassword).want(t, 303)
	own.post("/logout").want(t, 303)
	guess := sv.client("")
	for range 40 {
		guess.post("/login", "email", "staff@example.org", "password", "a wrong one")
	}
	guess.post("/login", "email", "staff@example.org", "password", testPassword).want(t, 429)
	own.post("/login", "email", "staff@example.org", "password", testPassword).want(t, 303)

	// The mark of one account is none of another's.
	other := sv.client("verifier")
	other.post("/logout").want(t, 303)
	for range 10 { // what came free at the address while passwords were looked at
		guess.post("/login", "email", "staff@example.org", "password", "a wrong one")
	}
	// the address is held back
	other.post("/login", "email", "verifier@example.org", "password", testPassword).want(t, 429)
}

// An open page hears no more once its session, its account or its role has ended.
func TestStreamEndsWithTheAccount(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	r := httptest.NewRequest("GET", "/petitions/"+p.ID+"/events", nil)
	r.AddCookie(&http.Cookie{Name: sv.SignIn.CookieName(), Value: sv.session("staff")})
	r, err := sv.SignIn.Identify(r)
	check0(t, err)
	if !sv.still(r) {
		t.Fatal("it ended at once")
	}
	a := site.AccountOf(r)
	less := a
	less.Roles = []store.Role{"verifier"}
	check0(t, sv.Store.SetAccount(t.Context(), less))
	if sv.still(r) {
		t.Error("it goes on without the role")
	}
	check0(t, sv.Store.SetAccount(t.Context(), a))
	check0(t, sv.Store.EndSessionsOf(t.Context(), "account-staff"))
	if sv.still(r) {
		t.Error("it goes on without a session")
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		for _, rt := range sv.routes() {
			if rt.Pattern == "GET /petitions/{id}/events" {
				_ = rt.Handle(httptest.NewRecorder(), r)
			}
		}
	}()
	select {
	case <-answered:
	case <-time.After(time.Minute):
		t.Error("the stream is still open")
	}
}
