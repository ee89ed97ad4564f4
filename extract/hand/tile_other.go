//go:build !amd64

package hand

func tile6fma(k int, a *float32, lda int, b *float32, c *float32, ldc int) {}

func tile1fma(k int, a *float32, b *float32, c *float32) {}

func stepavx(n int, input, forget, cell, output, h, c *float32) {}

func rectifyavx(n int, v *float32) {}

func hasFMA() bool { return false }

func tile12vnni(k int, a *int16, lda int, b *int16, c *int32, ldc int) {}

func tile4vnni(k int, a *int16, lda int, b *int16, c *int32, ldc int) {}

func tile4pairs(k int, a *int16, lda int, b *int16, c *int32, ldc int) {}

func tile1pairs(k int, a *int16, b *int16, c *int32) {}

func topavx(n int, v *float32) float32 { return 0 }

func roundavx(n int, times float32, v *float32, to *int16) {}

func finishavx(m, n int, sums *int32, factors, more *float32, apart int, to *float32, floor float32) {
}

func speedOf() speed { return scalar }
