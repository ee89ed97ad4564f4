package marks

import (
	"fmt"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

// Modules is the QR code of a text, row by row, true where it is dark. Its level of correction
// mends an eighth of it: stamps and staples mostly take more or nothing, and then there is the
// other code.
func Modules(text string) ([][]bool, error) {
	const level = decoder.ErrorCorrectionLevel_M
	err := fmt.Errorf("the code %q is too long", text)
	for version := firstVersion; version <= lastVersion; version++ {
		var code *encoder.QRCode
		hints := map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_QR_VERSION: version}
		if code, err = encoder.Encoder_encode(text, level, hints); err == nil {
			return dark(code.GetMatrix()), nil
		}
	}
	return nil, fmt.Errorf("write a QR code: %w", err)
}

func dark(m *encoder.ByteMatrix) [][]bool {
	rows := make([][]bool, m.GetHeight())
	for y := range rows {
		rows[y] = make([]bool, m.GetWidth())
		for x := range rows[y] {
			rows[y][x] = m.Get(x, y) == 1
		}
	}
	return rows
}
