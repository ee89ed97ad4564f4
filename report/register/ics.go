package register

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// WriteICS writes tasks as a calendar (RFC 5545), one all-day event each. The same
// task keeps its UID, so that a calendar that subscribes moves it and does not
// double it.
func WriteICS(w io.Writer, name string, tasks []Task, made time.Time) error {
	var b strings.Builder
	line := func(format string, args ...any) {
		b.WriteString(foldICS(fmt.Sprintf(format, args...)))
	}
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//countersign//worklist//EN")
	line("X-WR-CALNAME:%s", escapeICS(name))
	for _, t := range tasks {
		line("BEGIN:VEVENT")
		line("UID:%s-%s@countersign", escapeICS(t.Subject), escapeICS(t.Key))
		line("DTSTAMP:%s", made.UTC().Format("20060102T150405Z"))
		line("DTSTART;VALUE=DATE:%s", t.Due.Format("20060102"))
		line("DTEND;VALUE=DATE:%s", t.Due.AddDate(0, 0, 1).Format("20060102"))
		line("SUMMARY:%s", escapeICS(t.About+": "+t.What))
		line("DESCRIPTION:%s", escapeICS("For: "+t.Who))
		line("TRANSP:TRANSPARENT")
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	_, err := io.WriteString(w, b.String())
	return err
}

func escapeICS(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r", "", "\n", `\n`).Replace(s)
}

// foldICS breaks a line after at most 75 bytes, between letters.
func foldICS(s string) string {
	var b strings.Builder
	room := 75
	for _, r := range s {
		if n := utf8.RuneLen(r); n > room {
			b.WriteString("\r\n ")
			room = 74
		}
		b.WriteRune(r)
		room -= utf8.RuneLen(r)
	}
	return b.String() + "\r\n"
}
