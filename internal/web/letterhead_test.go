package web

import (
	"bytes"
	"image"
	"image/jpeg"
	"mime/multipart"
	"strings"

	"countersign/internal/office"
)

// setsLetterhead gives letters an address and a logo, which has to be a small picture.
func (sv *service) setsLetterhead(admin *client) {
	t := sv.t
	t.Helper()
	send := func(address string, logo []byte, without string) answer {
		t.Helper()
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		check0(t, m.WriteField("address", address))
		check0(t, m.WriteField("without", without))
		part := must(m.CreateFormFile("logo", "logo.jpg"))
		_, err := part.Write(logo)
		check0(t, err)
		check0(t, m.Close())
		return admin.do("POST", "/settings/letterhead", &body, "Content-Type",
			m.FormDataContentType())
	}
	picture := func(side int) []byte {
		var out bytes.Buffer
		check0(t, jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, side, side)), nil))
		return out.Bytes()
	}
	for want, logo := range map[string][]byte{"no picture in PNG or JPEG": []byte("<svg/>"),
		"2000 by 2000 pixels": picture(2000)} {
		if a := send("12 Elm St", logo, "").want(t, 422); !strings.Contains(a.body, want) {
			t.Errorf("it is not said that the logo has %s", want)
		}
	}
	send("12 Elm St", make([]byte, 3*office.MaxLogo), "").want(t, 413)
	send(strings.Repeat("line\n", 9), nil, "").want(t, 422)
	send("12 Elm St\r\nReston, VA 22021", picture(90), "").want(t, 303)
	address, logo, err := sv.Office.Letterhead(t.Context())
	if err != nil || address != "12 Elm St\nReston, VA 22021" {
		t.Errorf("%v: %q", err, address)
	}
	if got := admin.get("/settings/letterhead/logo").want(t, 200); got.body != string(logo) ||
		!strings.HasPrefix(got.body, "\x89PNG") {
		t.Error("the logo is not shown")
	}
	send(address, nil, "").want(t, 303) // another address would keep the logo
	admin.get("/settings/letterhead/logo").want(t, 200)
	send(address, nil, "yes").want(t, 303)
	admin.get("/settings/letterhead/logo").want(t, 404)
}
