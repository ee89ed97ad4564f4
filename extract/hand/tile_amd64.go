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
