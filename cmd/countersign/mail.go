package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"countersign/internal/mail"
)

// smtpPassword is the environment variable that holds the password of the mail server. There
// is no flag for it, which everybody on the computer could read.
const smtpPassword = "COUNTERSIGN_SMTP_PASSWORD"

// mailing says through which server letters are sent; none unless it is said.
type mailing struct {
	URL      string `name:"smtp" placeholder:"URL" env:"COUNTERSIGN_SMTP" help:"Mail server through which letters are sent, such as smtp://user@host:587, or smtps:// for TLS from the first byte. Default: letters are not sent from here."`
	Password string `name:"smtp-password-file" placeholder:"FILE" env:"COUNTERSIGN_SMTP_PASSWORD_FILE" help:"File that holds the user's password, if COUNTERSIGN_SMTP_PASSWORD does not."`
	From     string `name:"mail-from" placeholder:"ADDRESS" env:"COUNTERSIGN_MAIL_FROM" help:"Address that letters are sent from, such as \"Office <office@example.org>\". Answers go to whom a letter is from."`
	Plain    bool   `name:"smtp-without-tls" env:"COUNTERSIGN_SMTP_WITHOUT_TLS" help:"Send without TLS to a mail server on another computer."`
}

// server is the mail server that is set, nil where none is.
func (m mailing) server() (*mail.Server, error) {
	if m.URL == "" {
		if m.From != "" || m.Password != "" {
			return nil,
				errors.New("--mail-from and --smtp-password-file are for a mail server: name it " +
					"with --smtp")
		}
		return nil, nil
	}
	password := os.Getenv(smtpPassword)
	if m.Password != "" {
		text, err := os.ReadFile(m.Password)
		if err != nil {
			return nil, fmt.Errorf("read the password of the mail server: %w", err)
		}
		password = strings.TrimRight(string(text), "\r\n")
	}
	s, err := mail.New(mail.Options{URL: m.URL, Password: password, From: m.From, Plain: m.Plain})
	if err != nil {
		return nil, fmt.Errorf("%w: see --smtp, --smtp-password-file and --mail-from", err)
	}
	return s, nil
}
