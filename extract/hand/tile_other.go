//go:build !amd64

package hand

func tile6fma(k int, a *float32, lda int, b *float32, c *float32, ldc int) {}

func tile1fma(k int, a *float32, b *float32, c *float32) {}

func stepavx(n int, input, forget, cell, output, h, c *float32) {}

func rectifyavx(n int, v *float32) {}

func hasFMA() bool { return false }
