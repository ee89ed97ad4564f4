package office

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // logos are PNG or JPEG
	"image/png"
	"strings"
	"unicode/utf8"

	"countersign/internal/store"
)

// Settings of the letterhead: the address, and the logo as PNG in base64, so that both are in
// the database with all else that an office set.
const (
	letterheadAddress = "letterhead-address"
	letterheadLogo    = "letterhead-logo"
)

const (
	// MaxLogo is the largest file that is taken as a logo, in bytes.
	MaxLogo = 512 << 10
	// mostLogoSide is the most of pixels that a logo may have along a side: a print of its two
	// inches at 600 dpi.
	mostLogoSide = 1200
)

// Letterhead is the address and the logo on letters; a logo is PNG, nil for none.
func (o *Office) Letterhead(ctx context.Context) (address string, logo []byte, err error) {
	if address, err = o.Store.Setting(ctx, letterheadAddress); err != nil {
		return "", nil, fmt.Errorf("read the letterhead: %w", err)
	}
	text, err := o.Store.Setting(ctx, letterheadLogo)
	if err != nil {
		return "", nil, fmt.Errorf("read the letterhead: %w", err)
	}
	if logo, err = base64.StdEncoding.DecodeString(text); err != nil {
		return "", nil, fmt.Errorf("read the logo: %w", err)
	}
	return address, logo, nil
}

// SetLetterhead keeps the address and, if one is given, the logo; without drops the logo.
func (o *Office) SetLetterhead(ctx context.Context, address string, picture []byte, without bool,
	by store.Account) error {
	address = strings.TrimSpace(strings.ReplaceAll(address, "\r\n", "\n"))
	if utf8.RuneCountInString(address) > 500 || strings.Count(address, "\n") >= 6 {
		return refuse(Invalid, "The address is too long for a letterhead: use at most six lines.")
	}
	text := ""
	if len(picture) > 0 {
		logo, err := logoOf(picture)
		if err != nil {
			return refuse(Invalid, "The logo cannot be used: %s.", err)
		}
		text = base64.StdEncoding.EncodeToString(logo)
	}
	err := o.Store.Do(ctx, func(tx store.Tx) error {
		if err := tx.SetSetting(ctx, letterheadAddress, address, by.ID); err != nil {
			return err
		}
		if text != "" || without {
			if err := tx.SetSetting(ctx, letterheadLogo, text, by.ID); err != nil {
				return err
			}
		}
		return o.record(ctx, tx, by.ID, "letterhead.changed", "letterhead", "")
	})
	if err != nil {
		return fmt.Errorf("keep the letterhead: %w", err)
	}
	return nil
}

// logoOf is a picture as plain PNG on white: what letters are made of knows neither interlaced
// ones nor 16 bits a color. Its size is looked at first, so that no bomb is unpacked.
func logoOf(picture []byte) ([]byte, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(picture))
	switch {
	case err != nil:
		return nil, errors.New("it is no picture in PNG or JPEG: save it as one of these")
	case len(picture) > MaxLogo || c.Width > mostLogoSide || c.Height > mostLogoSide:
		return nil,
			fmt.Errorf("it is too large, with %d by %d pixels: use at most %d by %[3]d pixels, "+
				"and %d KiB", c.Width, c.Height, mostLogoSide, MaxLogo>>10)
	}
	of, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, errors.New("the file is damaged: save the picture again")
	}
	flat := image.NewNRGBA(image.Rect(0, 0, c.Width, c.Height))
	draw.Draw(flat, flat.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), of, of.Bounds().Min, draw.Over)
	var out bytes.Buffer
	err = png.Encode(&out, flat)
	return out.Bytes(), err
}
