package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// docsTag is a group of operations of the API, as its page shows them.
type docsTag struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, Description string
	Who                                    string
	Params                                 []docsParam
	Body                                   []string // content types
	Answers                                []string
}

type docsParam struct{ Name, In, Text string }

// page shows the description of the API without anything from elsewhere.
func (s *Server) page(w http.ResponseWriter, r *http.Request) error {
	tags := map[string]*docsTag{}
	for path, item := range s.docs.spec.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post,
			"PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op == nil {
				continue
			}
			tag := tags[op.Tags[0]]
			if tag == nil {
				tag = &docsTag{Name: op.Tags[0]}
				tags[op.Tags[0]] = tag
			}
			d := docsOperation{op.OperationID, method, path, op.Summary, op.Description,
				s.Who[method+" "+path], nil, nil, nil}
			for _, p := range op.Parameters {
				d.Params = append(d.Params, docsParam{p.Name, p.In, p.Description})
			}
			if op.RequestBody != nil {
				for kind, media := range op.RequestBody.Content {
					d.Body = append(d.Body, kind+shape(media.Schema))
				}
			}
			for status, answer := range op.Responses {
				if status != "default" {
					d.Answers = append(d.Answers, status+" "+answer.Description+answered(answer))
				}
			}
			slices.Sort(d.Body)
			slices.Sort(d.Answers)
			tag.Operations = append(tag.Operations, d)
		}
	}
	var list []docsTag
	for _, t := range tags {
		slices.SortFunc(t.Operations, func(a, b docsOperation) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
		})
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b docsTag) int { return cmp.Compare(a.Name, b.Name) })
	return s.Render(w, r, http.StatusOK, "api", struct {
		Tags []docsTag
		Base string
	}{list, s.Base.String()})
}

func answered(r *huma.Response) string {
	for _, media := range r.Content {
		return shape(media.Schema)
	}
	return ""
}

// shape names what a schema refers to.
func shape(sc *huma.Schema) string {
	switch {
	case sc == nil:
		return ""
	case sc.Ref != "":
		return ": " + sc.Ref[strings.LastIndex(sc.Ref, "/")+1:]
	case sc.Items != nil && sc.Items.Ref != "":
		return ": list of " + sc.Items.Ref[strings.LastIndex(sc.Items.Ref, "/")+1:]
	}
	return ""
}
