package pdf

import (
	"bytes"
	"image"
	"image/jpeg"

	"countersign/ingest/damage"
	"countersign/ingest/fax"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// picture is an image of the file with what it takes to decode it: JPEG, fax
// coding of groups 3 (one-dimensional) and 4, and deflated samples. Colour
// profiles are left aside, since readers of handwriting need none.
type picture struct {
	stream        types.StreamDict
	filter        string
	width, height int
	components    int // 1 or 3
	bits          int
	inverted      bool // 0 is white; only where bits is 1
	parms         types.Dict
	faulty        bool // its data are damaged, as came out when they were decoded
}

// picture reads an image dictionary and answers errNotCovered for what only
// PDFium decodes: masks, odd colours, other codings.
func (c *covers) picture(sd *types.StreamDict, black bool) (picture, error) {
	p := picture{stream: *sd, bits: 8}
	if len(sd.FilterPipeline) != 1 || sd.HasEntry("SMask") || sd.HasEntry("Mask") {
		return p, errNotCovered
	}
	p.filter, p.parms = sd.FilterPipeline[0].Name, sd.FilterPipeline[0].DecodeParms
	for key, field := range map[string]*int{"Width": &p.width, "Height": &p.height, "BitsPerComponent": &p.bits} {
		if o, ok := sd.Find(key); ok {
			n, err := c.pdf.DereferenceInteger(o)
			if err != nil || n == nil {
				return p, errNotCovered
			}
			*field = n.Value()
		}
	}
	if p.width <= 0 || p.height <= 0 {
		return p, errNotCovered
	}
	stencil := sd.BooleanEntry("ImageMask")
	if stencil != nil && *stencil {
		p.components, p.bits = 1, 1
		if !black {
			return p, errNotCovered
		}
	} else {
		o, _ := sd.Find("ColorSpace")
		p.components = c.components(o)
	}
	if p.filter == "CCITTFaxDecode" {
		p.bits = 1
	}
	if p.components != 1 && (p.components != 3 || p.bits != 8) {
		return p, errNotCovered
	}
	return p, c.decodeArray(sd, &p)
}

// decodeArray understands the array that swaps black and white of one-bit
// pictures, and no other that changes anything.
func (c *covers) decodeArray(sd *types.StreamDict, p *picture) error {
	o, ok := sd.Find("Decode")
	if !ok {
		return nil
	}
	d, err := c.numbers(o, 2*p.components)
	if err != nil {
		return err
	}
	if p.bits == 1 && d[0] == 1 && d[1] == 0 {
		p.inverted = true
		return nil
	}
	for i, n := range d {
		if n != float64(i%2) {
			return errNotCovered
		}
	}
	return nil
}

// components is 1 for grey, 3 for RGB, 0 for colours that are neither.
func (c *covers) components(o types.Object) int {
	o, err := c.pdf.Dereference(o)
	if err != nil {
		return 0
	}
	if a, ok := o.(types.Array); ok && len(a) > 0 {
		if a[0] == types.Name("ICCBased") && len(a) == 2 {
			sd, _, err := c.pdf.DereferenceStreamDict(a[1])
			if err != nil || sd == nil || sd.IntEntry("N") == nil {
				return 0
			}
			return *sd.IntEntry("N")
		}
		o = a[0]
	}
	switch o {
	case types.Name("DeviceGray"), types.Name("CalGray"):
		return 1
	case types.Name("DeviceRGB"), types.Name("CalRGB"):
		return 3
	}
	return 0
}

// whole tells whether the data are what they were, though decoders may be content with less.
func (p *picture) whole() bool {
	switch p.filter {
	case "DCTDecode":
		return damage.JPEG(p.stream.Raw) == ""
	case "FlateDecode":
		return damage.Flate(p.stream.Raw) == ""
	}
	return !p.faulty
}

// decode gives the pixels. Any error sends the page to PDFium, which makes the
// best of damaged data.
func (p *picture) decode(most int64) (image.Image, error) {
	if int64(p.width)*int64(p.height) > most {
		return nil, errNotCovered
	}
	switch p.filter {
	case "DCTDecode":
		return p.jpeg()
	case "CCITTFaxDecode":
		return p.fax()
	case "FlateDecode":
		return p.samples(most)
	}
	return nil, errNotCovered
}

func (p picture) jpeg() (image.Image, error) {
	if _, ok := p.parms.Find("ColorTransform"); ok {
		return nil, errNotCovered
	}
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(p.stream.Raw))
	if err != nil || cfg.Width != p.width || cfg.Height != p.height {
		return nil, errNotCovered
	}
	img, err := jpeg.Decode(bytes.NewReader(p.stream.Raw))
	if err != nil {
		return nil, errBroken
	}
	switch img.(type) {
	case *image.Gray:
		if p.components == 1 {
			return img, nil
		}
	case *image.YCbCr, *image.RGBA:
		if p.components == 3 {
			return img, nil
		}
	}
	return nil, errNotCovered
}

func (p *picture) fax() (image.Image, error) {
	number := func(key string, absent int) int {
		if n := p.parms.IntEntry(key); n != nil {
			return *n
		}
		return absent
	}
	flag := func(key string) bool {
		b := p.parms.BooleanEntry(key)
		return b != nil && *b
	}
	if number("Columns", 1728) != p.width {
		return nil, errNotCovered
	}
	img, fault := fax.Decode(p.stream.Raw, fax.Options{
		Width: p.width, Height: p.height, K: number("K", 0),
		Aligned: flag("EncodedByteAlign"), Inverted: flag("BlackIs1") != p.inverted,
	})
	p.faulty = p.faulty || fault != ""
	return img, nil
}

// samples reads plain pixels, 8 bits grey or RGB, or 1 bit.
func (p picture) samples(most int64) (image.Image, error) {
	if err := p.stream.DecodeWithLimit(4 * most); err != nil {
		return nil, errBroken
	}
	data := p.stream.Content
	stride := (p.width*p.components*p.bits + 7) / 8
	if len(data) < stride*p.height || p.bits != 8 && p.bits != 1 {
		return nil, errNotCovered
	}
	r := image.Rect(0, 0, p.width, p.height)
	switch {
	case p.bits == 1:
		return p.oneBit(data, stride), nil
	case p.components == 1:
		return &image.Gray{Pix: data, Stride: stride, Rect: r}, nil
	}
	img := image.NewRGBA(r)
	for i, j := 0, 0; i < len(img.Pix); i, j = i+4, j+3 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = data[j], data[j+1], data[j+2], 0xff
	}
	return img, nil
}

func (p picture) oneBit(data []byte, stride int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, p.width, p.height))
	for y := range p.height {
		row := data[y*stride:]
		for x := range p.width {
			if set := row[x/8]<<(x%8)&0x80 != 0; set != p.inverted {
				img.Pix[y*img.Stride+x] = 0xff
			}
		}
	}
	return img
}
