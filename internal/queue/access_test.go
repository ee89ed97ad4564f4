package queue_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"countersign/internal/queue"
)

// A server that lets in only who shows a certificate and credentials, each of the right hand,
// is reached with the files that are named, and with none of them alone.
func TestAccess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ca := newAuthority(t, dir)
	cert, key := ca.sign("server")
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	operator, account, user := nkey(t, nkeys.CreateOperator), nkey(t, nkeys.CreateAccount),
		nkey(t, nkeys.CreateUser)
	o := &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: filepath.Join(dir,
			"js"), NoSigs: true, NoLog: true,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: ca.pool,
			ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12},
		TrustedKeys:     []string{public(t, operator)},
		AccountResolver: &server.MemAccResolver{},
	}
	system := nkey(t, nkeys.CreateAccount)
	o.SystemAccount = public(t, system)
	for _, of := range []nkeys.KeyPair{system, account} {
		claims := jwt.NewAccountClaims(public(t, of))
		if of == account {
			claims.Limits.JetStreamLimits = jwt.JetStreamLimits{DiskStorage: -1, MemoryStorage: -1,
				Streams: -1, Consumer: -1}
		}
		if err := o.AccountResolver.Store(public(t, of), signed(t, claims.Encode,
			operator)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the server does not start")
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	creds, err := jwt.FormatUserConfig(signed(t, jwt.NewUserClaims(public(t, user)).Encode,
		account), seed)
	if err != nil {
		t.Fatal(err)
	}
	access := queue.Access{Creds: filepath.Join(dir, "user.creds"), CA: ca.file}
	if err := os.WriteFile(access.Creds, creds, 0o600); err != nil {
		t.Fatal(err)
	}
	access.Cert, access.Key = ca.sign("client")

	open := func(change func(*queue.Access)) error {
		a := access
		change(&a)
		q, err := queue.Open(t.Context(), queue.Options{URL: strings.Replace(s.ClientURL(),
			"nats://", "tls://", 1), Access: a, Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			err = q.Announce(t.Context(), "extract", "a", "1")
			q.Close()
		}
		return err
	}
	if err := open(func(*queue.Access) {}); err != nil {
		t.Errorf("with all that is asked for: %v", err)
	}
	for name, change := range map[string]func(*queue.Access){
		"no credentials": func(a *queue.Access) { a.Creds = "" },
		"no certificate": func(a *queue.Access) { a.Cert, a.Key = "", "" },
		"no key":         func(a *queue.Access) { a.Key = "" },
		"no authority":   func(a *queue.Access) { a.CA = "" },
		"no such file":   func(a *queue.Access) { a.Creds = filepath.Join(dir, "none.creds") },
		"another's signed": func(a *queue.Access) {
			a.Cert, a.Key = newAuthority(t, t.TempDir()).sign("client")
		},
	} {
		if err := open(change); err == nil {
			t.Errorf("%s: it got in", name)
		}
	}
}

func nkey(t *testing.T, create func() (nkeys.KeyPair, error)) nkeys.KeyPair {
	t.Helper()
	k, err := create()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func public(t *testing.T, k nkeys.KeyPair) string {
	t.Helper()
	text, err := k.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func signed(t *testing.T, encode func(nkeys.KeyPair) (string, error), by nkeys.KeyPair) string {
	t.Helper()
	text, err := encode(by)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// authority signs certificates.
type authority struct {
	t    *testing.T
	dir  string
	file string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T, dir string) *authority {
	t.Helper()
	a := &authority{t: t, dir: dir, pool: x509.NewCertPool()}
	a.cert = &x509.Certificate{SerialNumber: big.NewInt(1),
		Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.file, _, a.key = a.write("authority", a.cert, a.cert, nil)
	a.pool.AddCert(a.cert)
	return a
}

func (a *authority) sign(name string) (cert, key string) {
	a.t.Helper()
	cert, key, _ = a.write(name, &x509.Certificate{SerialNumber: big.NewInt(2),
		Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{
			x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}, a.cert, a.key)
	return cert, key
}

// write makes a certificate, signed by a key or by its own, and files of both.
func (a *authority) write(name string, of, by *x509.Certificate, with *ecdsa.PrivateKey) (cert,
	key string, made *ecdsa.PrivateKey) {
	a.t.Helper()
	made, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	if with == nil {
		with = made
	}
	der, err := x509.CreateCertificate(rand.Reader, of, by, &made.PublicKey, with)
	if err != nil {
		a.t.Fatal(err)
	}
	if of == by {
		if a.cert, err = x509.ParseCertificate(der); err != nil {
			a.t.Fatal(err)
		}
	}
	secret, err := x509.MarshalECPrivateKey(made)
	if err != nil {
		a.t.Fatal(err)
	}
	file := func(end, kind string, bytes []byte) string {
		path := filepath.Join(a.dir, name+end)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}),
			0o600); err != nil {
			a.t.Fatal(err)
		}
		return path
	}
	return file(".crt", "CERTIFICATE", der), file(".key", "EC PRIVATE KEY", secret), made
}
