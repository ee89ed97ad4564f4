package hand

import "golang.org/x/sys/cpu"

// tile6fma adds to six rows of c, 16 columns each, the product of six rows of
// a, k long, with k rows of a packed panel. lda and ldc are in floats.
//
//go:noescape
func tile6fma(k int, a *float32, lda int, b *float32, c *float32, ldc int)

// tile1fma is tile6fma for one row.
//
//go:noescape
func tile1fma(k int, a *float32, b *float32, c *float32)

// stepavx is the loop of lstm.step for n units, a multiple of eight.
//
//go:noescape
func stepavx(n int, input, forget, cell, output, h, c *float32)

// rectifyavx makes what is below zero of n numbers zero; n is a multiple of eight.
//
//go:noescape
func rectifyavx(n int, v *float32)

func hasFMA() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

// tile12vnni adds to twelve rows of c, 16 columns each, the product of twelve rows of a, k pairs
// long, with k pairs of rows of a panel of integers. lda and ldc are in numbers.
//
//go:noescape
func tile12vnni(k int, a *int16, lda int, b *int16, c *int32, ldc int)

// tile4vnni is tile12vnni for four rows.
//
//go:noescape
func tile4vnni(k int, a *int16, lda int, b *int16, c *int32, ldc int)

// tile4pairs is tile4vnni for processors that have AVX2 alone.
//
//go:noescape
func tile4pairs(k int, a *int16, lda int, b *int16, c *int32, ldc int)

// tile1pairs is tile4pairs for one row.
//
//go:noescape
func tile1pairs(k int, a *int16, b *int16, c *int32)

// topavx is the largest of n numbers without their signs; n is a multiple of eight.
//
//go:noescape
func topavx(n int, v *float32) float32

// roundavx rounds n numbers times a factor, to even; n is a multiple of 16.
//
//go:noescape
func roundavx(n int, times float32, v *float32, to *int16)

// finishavx is the loop of integers.finish; n is a multiple of eight.
//
//go:noescape
func finishavx(m, n int, sums *int32, factors, more *float32, apart int, to *float32, floor float32)

func speedOf() speed {
	switch {
	case cpu.X86.HasAVX512VNNI && cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL:
		return pairsUp
	case cpu.X86.HasAVX2:
		return pairs
	}
	return scalar
}
