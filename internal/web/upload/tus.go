package upload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"golang.org/x/exp/slog"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

// How long pieces of uploads are kept after they were last added to, and how
// long it is remembered what became of complete ones.
const (
	pieceLife  = 7 * 24 * time.Hour
	resultLife = 24 * time.Hour
)

// Headers that tell the page's script what became of a file.
const (
	uploadHeader = "Countersign-Upload" // its id
	// the name under which the same file was here before, as in a URL
	sameHeader = "Countersign-Same"

	// yes where that file is excluded and counts for nothing
	excludedHeader = "Countersign-Excluded"
)

// tusHandlers are the steps of the tus protocol: pieces of a file arrive in
// any number of requests, and after a break go on where they stopped.
type tusHandlers struct {
	post, head, patch, remove http.Handler
	store                     filestore.FileStore
	finishing                 *sync.Mutex // one at a time: it costs a copy
}

func (s *Pages) newTus() (tusHandlers, error) {
	t := tusHandlers{store: filestore.New(s.Uploads), finishing: new(sync.Mutex)}
	t.store.DirModePerm, t.store.FileModePerm = 0o700, 0o600
	composer := handler.NewStoreComposer()
	t.store.UseIn(composer)
	composer.UseLocker(Locker(s.Uploads))
	h, err := handler.NewUnroutedHandler(handler.Config{
		StoreComposer: composer, BasePath: "/tus/", MaxSize: s.MaxUpload,
		DisableDownload: true, DisableConcatenation: true, Cors: &handler.CorsConfig{Disable: true},
		// requests are logged already, and this one logs names
		Logger:                    slog.New(slog.NewTextHandler(io.Discard, nil)),
		PreUploadCreateCallback:   s.tusCreate,
		PreFinishResponseCallback: s.tusFinish,
	})
	if err != nil {
		return t, fmt.Errorf("set up resumable uploads: %w", err)
	}
	wrap := func(f http.HandlerFunc) http.Handler {
		return http.StripPrefix("/tus/", h.Middleware(f))
	}
	t.post, t.head, t.patch, t.remove = wrap(h.PostFile), wrap(h.HeadFile), wrap(h.PatchFile),
		wrap(h.DelFile)
	return t, nil
}

func (s *Pages) tusPost(w http.ResponseWriter, r *http.Request) error {
	if !s.MayUpload(site.AccountOf(r).ID) {
		return ErrTooMany
	}
	s.tus.post.ServeHTTP(w, r)
	return nil
}

func (s *Pages) tusPatch(w http.ResponseWriter, r *http.Request) error {
	if err := s.tusOwn(r); err != nil {
		return err
	}
	s.tus.patch.ServeHTTP(w, r)
	return nil
}

func (s *Pages) tusDelete(w http.ResponseWriter, r *http.Request) error {
	if err := s.tusOwn(r); err != nil {
		return err
	}
	s.tus.remove.ServeHTTP(w, r)
	return nil
}

// tusHead says how much has arrived. Where that is all, it also sees to it
// that the file was taken: the answer to the last piece may have been lost,
// or the service stopped before it took the file.
func (s *Pages) tusHead(w http.ResponseWriter, r *http.Request) error {
	if err := s.tusOwn(r); err != nil {
		return err
	}
	info, err := s.TusInfo(r.Context(), r.PathValue("upload"))
	if err != nil {
		return err
	}
	if info.SizeIsDeferred || info.Offset != info.Size {
		s.tus.head.ServeHTTP(w, r)
		return nil
	}
	done, err := s.finish(r.Context(), info)
	if err != nil {
		return err
	}
	h := w.Header()
	for k, v := range done.headers() {
		h.Set(k, v)
	}
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Upload-Offset", strconv.FormatInt(info.Size, 10))
	h.Set("Upload-Length", strconv.FormatInt(info.Size, 10))
	w.WriteHeader(http.StatusOK)
	return nil
}

// tusOwn keeps people to the uploads that they began.
func (s *Pages) tusOwn(r *http.Request) error {
	info, err := s.TusInfo(r.Context(), r.PathValue("upload"))
	if err != nil {
		return err
	}
	if info.MetaData["account"] != site.AccountOf(r).ID {
		return store.ErrNotFound
	}
	return nil
}

func (s *Pages) TusInfo(ctx context.Context, id string) (handler.FileInfo, error) {
	if !plainID(id) {
		return handler.FileInfo{}, store.ErrNotFound
	}
	if data, err := os.ReadFile(filepath.Join(s.Uploads, id+".done")); err == nil {
		var d finished
		if err := json.Unmarshal(data, &d); err != nil {
			return handler.FileInfo{}, fmt.Errorf("read what became of upload %s: %w", id, err)
		}
		return handler.FileInfo{ID: id, Size: d.Size, Offset: d.Size, MetaData: handler.MetaData{
			"account": d.Account}}, nil
	}
	up, err := s.tus.store.GetUpload(ctx, id)
	if err != nil {
		return handler.FileInfo{}, store.ErrNotFound
	}
	return up.GetInfo(ctx)
}

// plainID: ids become names of files.
func plainID(id string) bool {
	return id != "" && len(id) <= 64 &&
		strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

// tusCreate refuses what has no place, before a byte of it is sent.
func (s *Pages) tusCreate(hook handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges,
	error) {
	refuse := func(status int, text string) (handler.HTTPResponse, handler.FileInfoChanges, error) {
		return handler.HTTPResponse{}, handler.FileInfoChanges{},
			handler.Error{ErrorCode: "ERR_REFUSED", Message: text,
				HTTPResponse: handler.HTTPResponse{StatusCode: status, Body: text,
					Header: handler.HTTPHeader{"Content-Type": "text/plain; charset=utf-8"}}}
	}
	meta := hook.Upload.MetaData
	name := FileName(meta["filename"])
	if hook.Upload.SizeIsDeferred || hook.Upload.Size == 0 {
		return refuse(http.StatusUnprocessableEntity, name+" is empty. Scan or export it again.")
	}
	p, err := s.Store.Petition(hook.Context, meta["petition"])
	if errors.Is(err, store.ErrNotFound) || err == nil && !site.SightIn(hook.Context).Sees(p.ID) {
		return refuse(http.StatusNotFound, "There is no such petition.")
	}
	if err != nil {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, err
	}
	if why := office.Decided(p); why != "" {
		return refuse(http.StatusConflict, why)
	}
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: site.NewID(),
		MetaData: handler.MetaData{
			"filename": name, "petition": p.ID, "account": site.AccountIn(hook.Context).ID,
		}}, nil
}

func (s *Pages) tusFinish(hook handler.HookEvent) (handler.HTTPResponse, error) {
	done, err := s.finish(hook.Context, hook.Upload)
	if f := site.Told(err); f != nil {
		return handler.HTTPResponse{}, handler.Error{ErrorCode: "ERR_REFUSED", Message: f.Text,
			HTTPResponse: handler.HTTPResponse{StatusCode: f.Status, Body: f.Text,
				Header: handler.HTTPHeader{"Content-Type": "text/plain; charset=utf-8"}}}
	}
	if err != nil {
		s.Log.ErrorContext(hook.Context, "an upload could not be taken", "upload", hook.Upload.ID,
			"error", err)
		return handler.HTTPResponse{},
			errors.New("the file arrived but could not be kept; please try again")
	}
	return handler.HTTPResponse{Header: done.headers()}, nil
}

// finished is what became of a complete upload, kept for a while beside where
// its pieces were.
type finished struct {
	Upload, Account, SameAs string
	Excluded                bool
	Size                    int64
}

func (f finished) headers() handler.HTTPHeader {
	h := handler.HTTPHeader{uploadHeader: f.Upload}
	if f.SameAs != "" {
		h[sameHeader] = site.URLWord(f.SameAs)
	}
	if f.Excluded {
		h[excludedHeader] = "yes"
	}
	return h
}

// finish takes a complete upload, once. Pieces are removed only when the
// file is kept and recorded.
func (s *Pages) finish(ctx context.Context, info handler.FileInfo) (finished, error) {
	s.tus.finishing.Lock()
	defer s.tus.finishing.Unlock()
	path := filepath.Join(s.Uploads, info.ID)
	if data, err := os.ReadFile(path + ".done"); err == nil {
		var d finished
		err = json.Unmarshal(data, &d)
		return d, err
	}
	file, err := os.Open(path)
	if err != nil {
		return finished{}, fmt.Errorf("open upload %s: %w", info.ID, err)
	}
	defer file.Close()
	t, err := s.Take(ctx, info.MetaData["petition"], info.MetaData["filename"],
		info.MetaData["account"], file)
	if err != nil {
		return finished{}, err
	}
	done := finished{Upload: t.ID, Account: info.MetaData["account"], Size: info.Size}
	if t.Same {
		done.SameAs, done.Excluded = t.Name, t.Excluded
	}
	data, err := json.Marshal(done)
	if err == nil {
		err = os.WriteFile(path+".done", data, 0o600)
	}
	if err != nil {
		return finished{}, fmt.Errorf("note what became of upload %s: %w", info.ID, err)
	}
	// Left behind they cost room until they are swept, nothing else.
	_ = os.Remove(path)
	_ = os.Remove(path + ".info")
	return done, nil
}

// Run does what is due without being asked, until the context ends: it takes
// uploads that were complete when the service stopped, and sweeps what is old.
func (s *Pages) Run(ctx context.Context) {
	for {
		if err := s.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "sweep old uploads and sessions", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Hour):
		}
	}
}

func (s *Pages) Tidy(ctx context.Context) error {
	if err := s.Store.Expire(ctx); err != nil {
		return err
	}
	entries, err := os.ReadDir(s.Uploads)
	if err != nil {
		return fmt.Errorf("list uploads: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("look at an upload: %w", err)
		}
		id, kind, _ := strings.Cut(e.Name(), ".")
		age := s.Now().Sub(info.ModTime())
		switch {
		case kind == "done" && age > resultLife:
			err = os.Remove(filepath.Join(s.Uploads, e.Name()))
		case kind == "info" && age < pieceLife:
			err = s.finishLeft(ctx, id)
		case kind != "done" && age > pieceLife:
			err = os.Remove(filepath.Join(s.Uploads, e.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.Log.WarnContext(ctx, "an upload could not be swept", "upload", id, "error", err)
		}
	}
	return nil
}

// finishLeft takes an upload that is complete but was not taken.
func (s *Pages) finishLeft(ctx context.Context, id string) error {
	info, err := s.TusInfo(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (info.SizeIsDeferred ||
		info.Offset != info.Size) {
		return nil
	}
	if err == nil {
		_, err = s.finish(ctx, info)
	}
	return err
}
