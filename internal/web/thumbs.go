package web

type thumbs struct{}

func newThumbs() *thumbs { return &thumbs{} }
