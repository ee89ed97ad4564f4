package office

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"

	"countersign/internal/store"
	"countersign/report/letter"
	"countersign/report/register"
)

// LetterAsked says which letter is asked for.
type LetterAsked struct {
	Of, Subject string // petition or group, and its id
	Kind        string
	Words       LetterWords // as a person edited them; the zero value for what the template says
}

// LetterWords are what a person may edit of one letter before it goes out: nothing of it is
// kept, and no figure of the petition changes with it.
type LetterWords struct {
	Subject, Text string
}

// LetterDraft is a letter to look at before it goes out.
type LetterDraft struct {
	LetterChoice
	letter.Letter
	Sender string // e-mail address of who signs
	Edited bool   // Words are not what the template says
	Words  LetterWords
}

// Draft is a letter as it would go out now. Its facts are those of today.
func (o *Office) Draft(ctx context.Context, q LetterAsked, by store.Account) (LetterDraft, error) {
	c, x, err := o.about(ctx, q)
	if err != nil {
		return LetterDraft{}, err
	}
	if err := c.mayWrite(q.Of, x, letter.Kind(q.Kind)); err != nil {
		return LetterDraft{}, err
	}
	f := c.lettersOwn(letter.Kind(q.Kind), x, by)
	if f.Address, f.Logo, err = o.Letterhead(ctx); err != nil {
		return LetterDraft{}, err
	}
	template, err := o.Store.Setting(ctx, letterSetting+q.Kind)
	if err != nil {
		return LetterDraft{}, err
	}
	return draft(f, q, template)
}

// WriteAs writes the letter in a format, if nothing in it is left to be filled in.
func (d LetterDraft) WriteAs(format string, w io.Writer) (name string, err error) {
	if len(d.Lacks) > 0 {
		return "", refuse(Invalid,
			"The letter does not go out with a blank in it: %s. Write that down first, or fill "+
				"it in where the letter is looked at.", strings.Join(d.Lacks, ", "))
	}
	switch format {
	case "pdf":
		err = d.WritePDF(w)
	case "docx":
		err = d.WriteDOCX(w)
	case "eml":
		if err := d.WriteEML(w, d.Sender); err != nil {
			return "", refuse(Invalid, "%s", upperFirst(err.Error())+".")
		}
	default:
		return "", fmt.Errorf("write a letter as %s: %w", format, store.ErrNotFound)
	}
	return d.FileName(format), err
}

// about is the petition with which a letter has to do, and the group.
func (o *Office) about(ctx context.Context, q LetterAsked) (*progress, register.Group, error) {
	petition := q.Subject
	if q.Of != ofPetition {
		b, err := o.ledger(ctx)
		if err != nil {
			return nil, register.Group{}, err
		}
		x := b.Group(q.Subject, register.AsOf{Day: o.day()})
		if len(x.Terms) == 0 {
			return nil, register.Group{}, fmt.Errorf("find group %s: %w", q.Subject,
				store.ErrNotFound)
		}
		petition = x.Terms[len(x.Terms)-1].Petition
	}
	c, err := o.progress(ctx, petition)
	if err != nil {
		return nil, register.Group{}, err
	}
	return c, c.group(cmp.Or(groupOf(c.life), q.Subject)), nil
}

// draft fills a letter in; without a template, the built-in text of its kind.
func draft(f letter.Facts, q LetterAsked, template string) (d LetterDraft, err error) {
	d.LetterChoice, d.Sender = LetterChoice{Kind: q.Kind, Title: letterTitles[letter.Kind(q.Kind)]},
		f.Sender.Email
	if d.Letter, err = letter.Write(letter.Kind(q.Kind), template, f); err != nil {
		return d, refuse(Invalid, "%s", err.Error())
	}
	d.Words.Subject, d.Words.Text = d.Letter.Words()
	if q.Words != (LetterWords{}) {
		usual := d.Words
		if d.Letter, err = d.Reworded(q.Words.Subject, q.Words.Text); err != nil {
			return d, refuse(Invalid, "%s.", upperFirst(err.Error()))
		}
		d.Words.Subject, d.Words.Text = d.Letter.Words()
		d.Edited = d.Words != usual
	}
	d.Lacks = d.Blanks()
	d.Mail = slices.ContainsFunc(d.To, func(p letter.Person) bool {
		_, err := mail.ParseAddress(p.Email)
		return err == nil
	})
	return d, nil
}

// offered adds to letters that can be written what each lacks, and whether it can be mailed.
func (o *Office) offered(ctx context.Context, c *progress, of, subject string,
	list []LetterChoice) ([]LetterChoice, error) {
	edited, err := o.Templates(ctx)
	if err != nil {
		return nil, err
	}
	x := c.group(cmp.Or(groupOf(c.life), subject))
	for i, l := range list {
		f := c.lettersOwn(letter.Kind(l.Kind), x, store.Account{})
		d, err := draft(f, LetterAsked{Of: of, Subject: subject, Kind: l.Kind}, edited[l.Kind])
		if err != nil {
			return nil, fmt.Errorf("fill in the letter %s: %w", l.Kind, err)
		}
		list[i].Lacks, list[i].Mail = d.Lacks, d.Mail
	}
	return list, nil
}

// lettersOwn are what a letter of a kind can speak of.
func (c *progress) lettersOwn(kind letter.Kind, x register.Group, by store.Account) letter.Facts {
	f := c.letterFacts(x, by)
	switch kind {
	case letter.Conference:
		f.Addressees = []letter.Person{person(c.office("conference", "Conference Services"))}
	case letter.Designation:
		f.Addressees = []letter.Person{person(c.office("director", "Executive Director"))}
	case letter.Acknowledgement:
		f.Copies = []letter.Person{person(c.office("programs", "Member Programs and Services"))}
	case letter.ReportReminder:
		if t, ok := reportDue(x); ok {
			f.What, f.Due = t.What, t.Due
		}
	case letter.Disbanding, letter.Conversion:
		f.Due, f.What = x.Ended, x.Why
		f.Meeting, f.Told = c.book.ConferenceOf(x.Conference, x.Ended).Name, !x.Reported.On.IsZero()
	}
	return f
}
