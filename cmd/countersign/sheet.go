package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"countersign/extract"
	"countersign/extract/marks"
	printed "countersign/report/sheet"
)

type sheetCommand struct {
	Petition string   `placeholder:"ID" help:"Identifier of the petition, which the codes on the sheets carry."`
	Title    string   `placeholder:"TEXT" help:"Title. Default: Petition."`
	Group    string   `placeholder:"NAME" help:"Name of the group that the petition asks for."`
	Purpose  string   `placeholder:"TEXT" help:"Statement of purpose, printed on every page."`
	Call     string   `placeholder:"TEXT" help:"What signers declare."`
	Privacy  string   `placeholder:"TEXT" help:"Notice of what becomes of the signers' data."`
	Contact  string   `placeholder:"TEXT" help:"Whom to ask, and where signed sheets go."`
	Columns  []string `placeholder:"FIELD,…" help:"Columns from left to right: ${columns}. Default: name,member_id,citystate,signature,date."`
	Boxes    count    `placeholder:"N" help:"Boxes for a member number. Default: 7."`
	Plain    bool     `help:"Plain cells, without boxes for numbers."`
	Paper    string   `placeholder:"SIZE" help:"letter or a4. Default: letter."`
	Portrait bool     `help:"Portrait, not landscape."`
	Pages    int      `placeholder:"N" help:"Pages, numbered. Default: 1."`
	Height   float64  `name:"line-height" placeholder:"INCHES" help:"Least height of a line. Default: 0.4."`
	From     string   `placeholder:"FILE" help:"YAML or JSON with all of this, under the same names; flags come before it."`
	Out      string   `required:"" placeholder:"FILE" help:"PDF to write; - for standard output."`
}

// Run prints the sheets.
func (c sheetCommand) Run(s *streams) error {
	set, err := c.set()
	if err != nil {
		return err
	}
	if c.Out == "-" {
		return set.Write(s.out)
	}
	if err := writeWhole(c.Out, set.Write); err != nil {
		return err
	}
	codes, err := set.Codes()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Wrote %s: pages 1 to %d, %d lines each.\n", c.Out, len(codes),
		codes[0].Layout.Rows)
	return nil
}

// set is what the file says, and the flags instead of it.
func (c sheetCommand) set() (printed.Set, error) {
	var set printed.Set
	if c.From != "" {
		file, err := os.Open(c.From)
		if err != nil {
			return set, fmt.Errorf("--from %s could not be read: %w", c.From, err)
		}
		defer file.Close()
		if set, err = printed.Read(file, filepath.Base(c.From)); err != nil {
			return set, err
		}
	}
	for _, f := range []struct {
		to   *string
		text string
	}{
		{&set.Petition, c.Petition}, {&set.Title, c.Title}, {&set.Group, c.Group}, {&set.Purpose,
			c.Purpose},
		{&set.Call, c.Call}, {&set.Privacy, c.Privacy}, {&set.Contact, c.Contact},
	} {
		if f.text != "" {
			*f.to = f.text
		}
	}
	if len(c.Columns) > 0 {
		set.Columns = nil
		for _, name := range c.Columns {
			set.Columns = append(set.Columns, extract.Field(strings.TrimSpace(name)))
		}
	}
	if c.Boxes != 0 {
		set.Boxes = int(c.Boxes)
	}
	if c.Paper != "" {
		set.Paper = marks.Paper(strings.ToLower(c.Paper))
	}
	if c.Pages != 0 {
		set.Pages = c.Pages
	}
	if c.Height != 0 {
		set.Height = c.Height
	}
	set.Plain, set.Portrait = set.Plain || c.Plain, set.Portrait || c.Portrait
	return set, nil
}
