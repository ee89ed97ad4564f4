package blob

import "context"

// Hold keeps others from touching or removing a file of a folder of blobs.
var Hold = hold

// Note reads what a bucket says of a blob, and gives what writes it again.
func (o *Objects) Note(ctx context.Context, sum string) (again func() (bool, error), err error) {
	last, err := o.notes.last(ctx, sum)
	return func() (bool, error) { return o.notes.write(ctx, last) }, err
}
