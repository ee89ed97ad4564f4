package blob

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// notes are the messages by which a bucket says what objects it has: one for
// each name, the last of which counts (NATS ADR-20). The client changes them
// without looking whether another did so meanwhile: who touches an object while
// it is being removed would leave a note of one without bytes. Here a note is
// written only where the one before is still the last, and the server decides.
type notes struct {
	js     jetstream.JetStream
	stream jetstream.Stream
	bucket string
}

func openNotes(ctx context.Context, js jetstream.JetStream, bucket string) (notes, error) {
	stream, err := js.Stream(ctx, "OBJ_"+bucket)
	return notes{js, stream, bucket}, err
}

// note is what is said of an object now.
type note struct {
	jetstream.ObjectInfo
	seq uint64
	at  time.Time // by the server's clock
}

// touch writes the note of an object again, so that it is as new as one put
// now. False where there is none of that size.
func (n notes) touch(ctx context.Context, name string, size uint64) (bool, error) {
	for {
		last, err := n.last(ctx, name)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if last.Deleted || last.Size != size {
			return false, nil
		}
		written, err := n.write(ctx, last)
		if written || err != nil {
			return written, err
		}
		// Another touched or removed it meanwhile: look again.
	}
}

// remove notes an object as gone and then takes its bytes, unless it is as new
// as a time or becomes so meanwhile.
func (n notes) remove(ctx context.Context, name string, before time.Time) (gone bool, err error) {
	last, err := n.last(ctx, name)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if !last.Deleted {
		if !last.at.Before(before) {
			return false, nil
		}
		last.Deleted = true
		last.Size, last.Chunks, last.Digest = 0, 0, ""
		if written, err := n.write(ctx, last); err != nil || !written {
			return false, err
		}
	}
	// Those of one that was gone already, too: who removed it may have been
	// stopped before its bytes went.
	return true, n.stream.Purge(ctx, jetstream.WithPurgeSubject("$O."+n.bucket+".C."+last.NUID))
}

func (n notes) last(ctx context.Context, name string) (note, error) {
	m, err := n.stream.GetLastMsgForSubject(ctx, n.subject(name))
	if err != nil {
		return note{}, err
	}
	last := note{seq: m.Sequence, at: m.Time}
	return last, json.Unmarshal(m.Data, &last.ObjectInfo)
}

// write says false where the note that it follows is no longer the last.
func (n notes) write(ctx context.Context, next note) (bool, error) {
	next.ModTime = time.Time{} // the time is the message's
	data, err := json.Marshal(next.ObjectInfo)
	if err != nil {
		return false, err
	}
	m := nats.NewMsg(n.subject(next.Name))
	m.Header.Set(jetstream.MsgRollup, jetstream.MsgRollupSubject)
	m.Data = data
	_, err = n.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(next.seq))
	if api := (*jetstream.APIError)(nil); errors.As(err, &api) &&
		api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence {
		return false, nil
	}
	return err == nil, err
}

func (n notes) subject(name string) string {
	return "$O." + n.bucket + ".M." + base64.URLEncoding.EncodeToString([]byte(name))
}
