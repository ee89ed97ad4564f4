package api

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
	"countersign/report/register"
)

// What follows the count, for programs: steps of a petition, certificates, groups, the
// worklist, letters, the committee's and Council's reports, conferences and offices.

type (
	Life struct {
		PetitionID string      `json:"petition_id"`
		State      string      `json:"state" doc:"such as acknowledged, agenda or approved"`
		Since      *string     `json:"since" format:"date" doc:"null: it was handed in by nobody yet"`
		AsOf       string      `json:"as_of" format:"date" doc:"the day on which all of this held"`
		Renews     string      `json:"renews" doc:"name of the group that it wants to renew; empty for a new one"`
		Decision   string      `json:"decision" doc:"of the committee, in words; empty before there is one"`
		GroupID    string      `json:"group_id" doc:"of the group that it made or renews"`
		Group      string      `json:"group" doc:"its name"`
		Checklist  []Required  `json:"checklist" doc:"what the packet must hold"`
		Steps      []Step      `json:"steps" doc:"that you may write down next"`
		Happened   []Happening `json:"happened"`
		Undo       string      `json:"undo" doc:"id of the event that may be taken back; empty for none"`
		Letters    []Letter    `json:"letters"`
	}
	Required struct {
		Item      string `json:"item"`
		Title     string `json:"title"`
		Says      string `json:"says"`
		Found     bool   `json:"found" doc:"on the sheets"`
		Confirmed bool   `json:"confirmed" doc:"by a person"`
	}
	Step struct {
		Kind    string `json:"kind"`
		Title   string `json:"title"`
		Says    string `json:"says" doc:"what it means"`
		Asks    []Ask  `json:"asks" doc:"what it has to say"`
		Blocked string `json:"blocked" doc:"why it cannot be written down yet; empty where it can"`
		Grave   bool   `json:"grave" doc:"it ends something"`
	}
	Ask struct {
		Key      string   `json:"key" doc:"in words"`
		Label    string   `json:"label"`
		Long     bool     `json:"long" doc:"may have several lines"`
		Date     bool     `json:"date" doc:"a day such as 2027-03-01"`
		Optional bool     `json:"optional"`
		Choices  []string `json:"choices" doc:"where it has to be one of some"`
		Usual    string   `json:"usual"`
	}
	Happening struct {
		ID     string            `json:"id"`
		Kind   string            `json:"kind"`
		Title  string            `json:"title"`
		On     string            `json:"on" format:"date" doc:"the day on which it happened"`
		At     time.Time         `json:"at" doc:"when it was written down"`
		By     string            `json:"by" doc:"account"`
		Words  map[string]string `json:"words"`
		Undone bool              `json:"undone"`
		Coming bool              `json:"coming" doc:"it takes effect on a day to come"`
	}
	Letter struct {
		Kind    string   `json:"kind" doc:"of its file, such as approval in letters/approval.pdf"`
		Title   string   `json:"title"`
		Advised bool     `json:"advised" doc:"it is to be written now"`
		Lacks   []string `json:"lacks" doc:"what has to be filled in before it goes out, in words; with any, no file of it is written"`
		Mail    bool     `json:"mail" doc:"somebody that it goes to has an e-mail address"`
	}
	NewStep struct {
		Kind   string            `json:"kind,omitempty" maxLength:"40" doc:"one of those that may follow; not needed with undoes"`
		On     string            `json:"on,omitempty" maxLength:"40" doc:"the day on which it happened, such as 2026-11-01; not needed with undoes"`
		Words  map[string]string `json:"words,omitempty" doc:"what the step has to say, by the keys of its asks"`
		Undoes string            `json:"undoes,omitempty" maxLength:"100" doc:"id of the event that is taken back"`
	}
	Tally struct {
		ID         string    `json:"id"`
		PetitionID string    `json:"petition_id"`
		Version    string    `json:"version" doc:"of the petition, as it was counted"`
		Count      Count     `json:"count"`
		SnapshotID string    `json:"snapshot_id"`
		RulesHash  string    `json:"rules_hash"`
		Program    string    `json:"program" doc:"its version"`
		By         string    `json:"by" doc:"account"`
		At         time.Time `json:"at"`
		Reason     string    `json:"reason" doc:"why it supersedes another"`
		Supersedes string    `json:"supersedes" doc:"id of the tally before; empty for the first"`
		Stays      string    `json:"stays,omitempty" doc:"on certifying: why the petition stays where it is in its life; empty where it goes on"`
	}
	// Exported, since huma describes what is embedded only then.
	Group struct {
		ID        string   `json:"id"`
		Name      string   `json:"name"`
		Former    []string `json:"former" doc:"its earlier names"`
		Purpose   string   `json:"purpose"`
		Status    string   `json:"status"`
		Active    bool     `json:"active"`
		AsOf      string   `json:"as_of" format:"date" doc:"the day on which all of this held"`
		Term      int      `json:"term" doc:"number of the present term, or of the last"`
		Terms     []Term   `json:"terms"`
		End       *string  `json:"end" format:"date" doc:"of the last term"`
		Ended     *string  `json:"ended" format:"date" doc:"the day from which on it is disbanded or converted, which may be to come; null: it is not"`
		Why       string   `json:"why" doc:"it ended"`
		Reported  string   `json:"reported" doc:"that its end was reported to Council; empty for not"`
		Renewing  string   `json:"renewing" doc:"id of the petition for another term that is under way; empty for none"`
		Liaisons  []string `json:"liaisons"`
		Contact   string   `json:"contact" doc:"at Headquarters"`
		Handbook  string   `json:"handbook"`
		Link      string   `json:"link"`
		Reports   []Word   `json:"reports"`
		Support   []Word   `json:"support" doc:"what it asked for, with the answer"`
		Notices   []Notice `json:"notices" doc:"what Conference Services was told"`
		Petitions []string `json:"petitions" doc:"ids, in the order of terms"`
	}
	GroupLife struct {
		Group
		Steps    []Step      `json:"steps" doc:"that you may write down"`
		Happened []Happening `json:"happened"`
		Undo     string      `json:"undo" doc:"id of the event that may be taken back; empty for none"`
		Tasks    []Task      `json:"tasks" doc:"what is due"`
		Letters  []Letter    `json:"letters"`
	}
	Notice struct {
		Term     int      `json:"term"`
		Told     string   `json:"told" format:"date"`
		Needs    []string `json:"needs"`
		Answered *string  `json:"answered" format:"date" doc:"when they acknowledged it; null: they have not"`
		Answer   string   `json:"answer"`
	}
	Term struct {
		Number     int    `json:"number"`
		From       string `json:"from" format:"date"`
		To         string `json:"to" format:"date"`
		PetitionID string `json:"petition_id"`
		Now        bool   `json:"now"`
		Rule       string `json:"rule" doc:"under which it was approved, in words"`
	}
	Word struct {
		Label string `json:"label"`
		Text  string `json:"text"`
	}
	Task struct {
		Key     string  `json:"key" doc:"the same task has the same"`
		Due     string  `json:"due" format:"date"`
		What    string  `json:"what"`
		Of      string  `json:"of" enum:"petition,group,council"`
		Subject string  `json:"subject" doc:"its id"`
		About   string  `json:"about" doc:"its name"`
		Who     string  `json:"who" doc:"does it"`
		Tell    string  `json:"tell" doc:"who is told"`
		Overdue bool    `json:"overdue"`
		Remind  bool    `json:"remind" doc:"a reminder is to be sent now"`
		Told    *string `json:"told" format:"date" doc:"the day of the last reminder; null for none"`
	}
	Conference struct {
		Name  string `json:"name" minLength:"1" maxLength:"200"`
		From  string `json:"from" format:"date"`
		To    string `json:"to" format:"date"`
		Place string `json:"place" maxLength:"200"`

		Council string `json:"council_year,omitempty" maxLength:"9" doc:"such as 2026-2027; where it is not said, the usual one, from July to June"`
	}
	Office struct {
		Key   string `json:"key" enum:"association,committee,chair,programs,conference,director"`
		Name  string `json:"name" minLength:"1" maxLength:"200" doc:"of who holds it"`
		From  string `json:"from" format:"date" doc:"the day from which on the name holds"`
		Email string `json:"email" maxLength:"200"`
	}
)

func (s *Server) registerRoutes() []site.Route {
	const office = site.ByStaff | site.ByChair | site.ByAdmin
	return []site.Route{
		site.On("GET /api/petitions/{id}/life", office, s.api),
		site.On("POST /api/petitions/{id}/life", office, s.api),
		site.On("GET /api/petitions/{id}/statement", office, s.api),
		site.On("GET /api/petitions/{id}/tallies", site.SignedIn, s.api),
		site.On("POST /api/petitions/{id}/tallies", site.ByChair|site.ByAdmin, s.api),
		site.On("GET /api/groups", office, s.api),
		site.On("GET /api/groups/{id}", office, s.api),
		site.On("POST /api/groups/{id}", office, s.api),
		site.On("GET /api/worklist", office, s.api),
		site.On("GET /api/reports/council", office, s.api),
		site.On("POST /api/reports/council", site.ByChair|site.ByAdmin, s.api),
		site.On("POST /api/reports/council/corrections", site.ByChair|site.ByAdmin, s.api),
		site.On("GET /api/conferences", office, s.api),
		site.On("PUT /api/conferences", site.ByStaff|site.ByAdmin, s.api),
		site.On("GET /api/offices", office, s.api),
		site.On("PUT /api/offices", site.ByStaff|site.ByAdmin, s.api),
	}
}

func (s *Server) describeRegister(api huma.API) {
	const life, register, office = "Life of a petition", "Groups", "Conferences and offices"
	add(s, api, "GET", "/api/petitions/{id}/life", "get-life", life,
		"What became of a petition, and what may follow", s.life)
	add(s, api, "POST", "/api/petitions/{id}/life", "add-to-life", life,
		"Write a step down, or take the last one back", s.addToLife)
	add(s, api, "GET", "/api/petitions/{id}/tallies", "list-tallies", life,
		"The certified counts of a petition, newest first", s.tallies)
	add(s, api, "GET", "/api/petitions/{id}/statement", "get-statement", life,
		"What would be certified now, and what hinders it", s.statement)
	add(s, api, "POST", "/api/petitions/{id}/tallies", "certify-count", life,
		"Certify the count as it is now", s.certify)
	add(s, api, "GET", "/api/groups", "list-groups", register, "The groups of the register",
		s.groups)
	add(s, api, "GET", "/api/groups/{id}", "get-group", register,
		"One group, what happened to it and what is due", s.group)
	add(s, api, "POST", "/api/groups/{id}", "add-to-group", register,
		"Write something down of a group, or take the last thing back", s.addToGroup)
	add(s, api, "GET", "/api/worklist", "list-tasks", "Worklist",
		"What has to be done by which day", s.worklist)
	const reports = "Reports to Council"
	add(s, api, "GET", "/api/reports/council", "list-council-reports", reports,
		"The reports to Council that were issued, newest first", s.councilReports)
	add(s, api, "POST", "/api/reports/council", "issue-council-report", reports,
		"Issue the report for a conference, which stays what it is from then on", s.issueCouncil)
	add(s, api, "POST", "/api/reports/council/corrections", "correct-council-report", reports,
		"Correct a report that was issued, in the next one, or take that back", s.correctCouncil)
	add(s, api, "GET", "/api/conferences", "list-conferences", office, "The conferences, by day",
		s.conferences)
	add(s, api, "PUT", "/api/conferences", "set-conferences", office,
		"Replace the table of conferences", s.setConferences)
	add(s, api, "GET", "/api/offices", "list-offices", office,
		"The offices and who holds them from when on", s.offices)
	add(s, api, "PUT", "/api/offices", "set-offices", office, "Replace the table of offices",
		s.setOffices)
}

// describeRegister describes the letters and reports.
func (d streams) describeRegister() {
	letter := inPath("id", "file")
	letter[1].Description = "a kind of letter and pdf, docx or eml, such as approval.pdf"
	d.add("GET /api/petitions/{id}/letters/{file}", "get-petition-letter", "Letters",
		"A letter about a petition", huma.Operation{Parameters: letter,
			Responses: d.file("The letter", site.PDFType, site.DOCXType, site.EMLType)})
	d.add("GET /api/groups/{id}/letters/{file}", "get-group-letter", "Letters",
		"A letter about a group", huma.Operation{Parameters: letter, Responses: d.file("The letter",
			site.PDFType, site.DOCXType, site.EMLType)})
	conference := []*huma.Param{inQuery("conference", "",
		"by its name; where it is not said, all that no report has told of yet; as it was issued "+
			"where it was")}
	d.add("GET /api/reports/council.xlsx", "get-council-report", "Reports",
		"The report to Council, without signers' data", huma.Operation{Parameters: conference,
			Responses: d.file("The workbook", site.SheetType)})
	d.add("GET /api/reports/council.pdf", "get-council-report-pdf", "Reports",
		"The report to Council on paper", huma.Operation{Parameters: conference,
			Responses: d.file("The report", site.PDFType)})
	from, to := inQuery("from", "date", "its first day"), inQuery("to", "date", "its last day")
	from.Required, to.Required = true, true
	d.add("GET /api/reports/coo.xlsx", "get-period-report", "Reports",
		"The COO report of all petitions received in a period, with signers' data",
		huma.Operation{Parameters: []*huma.Param{from, to}, Responses: d.file("The workbook",
			site.SheetType)})
}

// maybeDay is a day, nil for none.
func maybeDay(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := dayOf(t)
	return &text
}

// each makes a list for JSON, which is never null.
func each[A, B any](list []A, of func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, v := range list {
		out = append(out, of(v))
	}
	return out
}

func newStep(v office.Step) Step {
	return Step{v.Kind, v.Title, v.Says, each(v.Asks, func(a office.Ask) Ask {
		return Ask{a.Key, a.Label, a.Long, a.Date, a.Optional, append([]string{}, a.Choices...),
			a.Usual}
	}), v.Blocked, v.Grave}
}

func newHappening(v office.Happening) Happening {
	words := map[string]string{}
	for _, w := range v.Words {
		words[w.Key] = w.Text
	}
	return Happening{v.ID, v.Kind, v.Title, dayOf(v.On), v.At, v.By, words, v.Undone, v.Coming}
}

func newTask(v office.Task) Task {
	return Task{v.Key, dayOf(v.Due), v.What, v.Of, v.Subject, v.About, v.Who, v.Tell, v.Overdue,
		v.Remind, maybeDay(v.Told)}
}

func newGroup(v office.Group) Group {
	word := func(w office.Word) Word { return Word{w.Label, w.Text} }
	return Group{
		ID: v.ID, Name: v.Name, Former: append([]string{}, v.Former...), Purpose: v.Purpose,
		Status: v.Status, Active: v.Active, AsOf: dayOf(v.Day), Term: v.Term.Number,
		Terms: each(v.Terms, func(t office.GroupTerm) Term {
			return Term{t.Number, dayOf(t.From), dayOf(t.To), t.Petition, t.Now, t.Rule}
		}),
		End: maybeDay(v.End), Ended: maybeDay(v.Ended), Why: v.Why, Reported: v.Reported,
		Renewing: v.Renewing, Liaisons: append([]string{}, v.Liaisons...), Contact: v.Contact,
		Handbook: v.Handbook, Link: v.Link,
		Reports: each(v.Reports, word), Support: each(v.Support, word), Notices: each(v.Notices,
			newNotice), Petitions: append([]string{}, v.Petitions...),
	}
}

func newNotice(v office.Notice) Notice {
	return Notice{v.Term, dayOf(v.Told), append([]string{}, v.Needs...), maybeDay(v.Answered),
		v.Answer}
}

func newLetter(v office.LetterChoice) Letter {
	return Letter{v.Kind, v.Title, v.Advised, append([]string{}, v.Lacks...), v.Mail}
}

// byIDAsOf asks for one thing as it was.
type byIDAsOf struct {
	ID    string `path:"id"`
	On    string `query:"on" format:"date" doc:"the day on which it was so; today where it is not said"`
	Known string `query:"known" format:"date" doc:"by what was written down until the end of that day; all where it is not said"`
}

type asOfQuery struct {
	On    string `query:"on" format:"date" doc:"the day on which it was so; today where it is not said"`
	Known string `query:"known" format:"date" doc:"by what was written down until the end of that day; all where it is not said"`
}

func (s *Server) life(ctx context.Context, in *byIDAsOf) (*answerOf[Life], error) {
	as, err := s.Office.ReadAsOf(in.On, in.Known)
	if err != nil {
		return nil, err
	}
	if _, err := s.Store.Petition(ctx, in.ID); err != nil {
		return nil, err
	}
	l, err := s.Office.Life(ctx, in.ID, site.AccountIn(ctx).Roles, as)
	if err != nil {
		return nil, fmt.Errorf("read the life of the petition: %w", err)
	}
	return &answerOf[Life]{Life{
		PetitionID: in.ID, State: l.State, Since: maybeDay(l.Since), AsOf: dayOf(l.Day),
		Renews: l.Renews, Decision: l.Decision, GroupID: l.GroupID, Group: l.Group, Undo: l.Undo,
		Checklist: each(l.Checklist, func(v office.Required) Required { return Required(v) }),
		Steps:     each(l.Steps, newStep), Happened: each(l.Happened, newHappening),
		Letters: each(l.Letters, newLetter),
	}}, nil
}

type stepOfID struct {
	ID   string `path:"id"`
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"a word of your own for this step, such as a UUID: sent again with it, nothing is written down twice"`
	Body NewStep
}

func (s *Server) addToLife(ctx context.Context, in *stepOfID) (*answerOf[Life], error) {
	if _, err := s.Store.Petition(ctx, in.ID); err != nil {
		return nil, err
	}
	step, err := s.Office.ReadStep(office.SaidStep(in.Body))
	if err != nil {
		return nil, err
	}
	step.Key = in.Key
	if err := s.Office.AddToLife(ctx, in.ID, step, site.AccountIn(ctx)); err != nil {
		return nil, fmt.Errorf("write a step down: %w", err)
	}
	return s.life(ctx, &byIDAsOf{ID: in.ID})
}

func newTally(t store.Tally) (Tally, error) {
	c, err := office.DecodeCertified(t.Counts)
	if err != nil {
		return Tally{}, fmt.Errorf("tally %s: %w", t.ID, err)
	}
	by := map[string]int{}
	maps.Copy(by, c.ByReason)
	count := Count{c.Rows, c.Valid, c.Invalid, c.Uncertain, c.Required, c.Guaranteed, c.Possible,
		c.Certain, c.Outcome, by}
	return Tally{ID: t.ID, PetitionID: t.PetitionID, Version: t.Version, Count: count,
		SnapshotID: t.SnapshotID, RulesHash: t.RulesHash, Program: t.Program, By: t.By, At: t.At,
		Reason: t.Reason, Supersedes: t.Supersedes}, nil
}

func (s *Server) tallies(ctx context.Context, in *byID) (*answerOf[[]Tally], error) {
	if _, err := s.Store.Petition(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Store.Tallies(ctx, in.ID)
	if err != nil {
		return nil, fmt.Errorf("list the tallies: %w", err)
	}
	out := make([]Tally, 0, len(list))
	for _, t := range list {
		a, err := newTally(t)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return &answerOf[[]Tally]{out}, nil
}

type Statement struct {
	Count    Count    `json:"count"`
	Seen     string   `json:"seen" doc:"names all of it; send it with the certificate"`
	Hinders  []string `json:"hinders" doc:"why it cannot be certified yet"`
	HandedIn bool     `json:"handed_in" doc:"that the packet was is written down"`
	Files    int      `json:"files"`
	Excluded int      `json:"excluded" doc:"files"`
	Pages    int      `json:"pages"`
	Unread   int      `json:"unread" doc:"files and pages"`
	Open     int      `json:"open" doc:"open points"`
	Export   string   `json:"export" doc:"name of the membership export; empty for none"`
	AsOf     string   `json:"as_of" format:"date" doc:"day of the export"`
	Rule     string   `json:"rule"`
	Moved    []string `json:"moved" doc:"what changed since the certificate that the count has moved away from; empty where it has not"`
}

func (s *Server) statement(ctx context.Context, in *byID) (*answerOf[Statement], error) {
	st, err := s.Office.Statement(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := Statement{Count: Count{st.Rows, st.Valid, st.Invalid, st.Uncertain, st.Required,
		st.Guaranteed, st.Possible, st.Certain, st.Outcome, st.ByReason},
		Seen: st.Seen, Hinders: append([]string{}, st.Hinders...), HandedIn: st.HandedIn,
		Files: st.Files, Excluded: st.Excluded, Pages: st.Pages,
		Unread: st.Unread, Open: st.Open, Rule: st.Rule, Moved: []string{}}
	if st.Export != nil {
		out.Export, out.AsOf = st.Export.Name, dayOf(st.Export.AsOf)
	}
	moved, err := s.Office.Moved(ctx, in.ID)
	if err == nil && moved != nil {
		out.Moved = moved.What
	}
	return &answerOf[Statement]{out}, err
}

func (s *Server) certify(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"2000" doc:"why the tally before is replaced; needed where there is one"`
		Seen   string `json:"seen,omitempty" maxLength:"200" doc:"of the statement that was looked at: another one is not certified"`
		HandIn bool   `json:"hand_in,omitempty" doc:"write down as well that the packet was handed in today, where it was not"`
	}
}) (*answerOf[Tally], error) {
	t, stays, err := s.Office.Certify(ctx, in.ID, office.Confirmation{Seen: in.Body.Seen,
		Reason: in.Body.Reason, HandIn: in.Body.HandIn}, site.AccountIn(ctx))
	if err != nil {
		return nil, err
	}
	out, err := newTally(t)
	out.Stays = stays
	return &answerOf[Tally]{out}, err
}

func (s *Server) groups(ctx context.Context, in *asOfQuery) (*answerOf[[]Group], error) {
	as, err := s.Office.ReadAsOf(in.On, in.Known)
	if err != nil {
		return nil, err
	}
	list, err := s.Office.Groups(ctx, site.SightIn(ctx), as)
	if err != nil {
		return nil, fmt.Errorf("list the groups: %w", err)
	}
	return &answerOf[[]Group]{each(list, newGroup)}, nil
}

func (s *Server) group(ctx context.Context, in *byIDAsOf) (*answerOf[GroupLife], error) {
	as, err := s.Office.ReadAsOf(in.On, in.Known)
	if err != nil {
		return nil, err
	}
	g, err := s.Office.Group(ctx, in.ID, site.AccountIn(ctx).Roles, as)
	if err != nil {
		return nil, fmt.Errorf("read the group: %w", err)
	}
	return &answerOf[GroupLife]{GroupLife{newGroup(g), each(g.Steps, newStep), each(g.Happened,
		newHappening), g.Undo, each(g.Tasks, newTask), each(g.Letters, newLetter)}}, nil
}

func (s *Server) addToGroup(ctx context.Context, in *stepOfID) (*answerOf[GroupLife], error) {
	step, err := s.Office.ReadStep(office.SaidStep(in.Body))
	if err != nil {
		return nil, err
	}
	step.Key = in.Key
	if _, err := s.Office.Group(ctx, in.ID, site.AccountIn(ctx).Roles,
		register.AsOf{}); err != nil {
		return nil, fmt.Errorf("read the group: %w", err)
	}
	if err := s.Office.AddToGroup(ctx, in.ID, step, site.AccountIn(ctx)); err != nil {
		return nil, fmt.Errorf("write something down of a group: %w", err)
	}
	return s.group(ctx, &byIDAsOf{ID: in.ID})
}

type (
	CouncilReport struct {
		Conference  string       `json:"conference"`
		Document    string       `json:"document" doc:"its number"`
		On          string       `json:"on" format:"date" doc:"its date"`
		CutOff      string       `json:"cut_off" format:"date" doc:"the last day that it covers"`
		At          time.Time    `json:"at" doc:"when it was issued"`
		By          string       `json:"by" doc:"account"`
		Actions     int          `json:"actions" doc:"that it tells of"`
		SHA256      string       `json:"sha256" doc:"of the workbook"`
		Corrections []Correction `json:"corrections" doc:"of it"`
	}
	Correction struct {
		ID   string `json:"id"`
		On   string `json:"on" format:"date"`
		Text string `json:"text"`
		In   string `json:"in" doc:"the conference whose report has it; empty for none yet"`
	}
)

func newCouncilReport(r office.IssuedReport) CouncilReport {
	return CouncilReport{r.Conference, r.Document, dayOf(r.On), dayOf(r.CutOff), r.At, r.By,
		r.Actions, r.SHA256, each(r.Corrections, func(c office.Correction) Correction {
			return Correction{c.ID, dayOf(c.On), c.Text, c.ToldAt}
		})}
}

func (s *Server) councilReports(ctx context.Context, _ *struct{}) (*answerOf[[]CouncilReport],
	error) {
	list, _, err := s.Office.CouncilReports(ctx, site.SightIn(ctx), site.AccountIn(ctx).Roles)
	if err != nil {
		return nil, fmt.Errorf("list the reports to Council: %w", err)
	}
	return &answerOf[[]CouncilReport]{each(list, newCouncilReport)}, nil
}

func (s *Server) issueCouncil(ctx context.Context, in *struct {
	Body struct {
		Conference string `json:"conference" maxLength:"200" doc:"by its name"`
		Document   string `json:"document" maxLength:"100" doc:"its number"`
		CutOff     string `json:"cut_off,omitempty" maxLength:"40" doc:"the last day that it covers, such as 2026-11-01; today where it is not said, or the last day of a conference that is over"`
		On         string `json:"on,omitempty" maxLength:"40" doc:"its date, such as 2026-11-01; today where it is not said"`
	}
}) (*answerOf[CouncilReport], error) {
	n, err := office.ReadCouncilReport(in.Body.Conference, strings.TrimSpace(in.Body.Document),
		in.Body.CutOff, in.Body.On)
	if err != nil {
		return nil, err
	}
	issued, err := s.Office.IssueCouncil(ctx, n, site.AccountIn(ctx))
	if err != nil {
		return nil, fmt.Errorf("issue a report to Council: %w", err)
	}
	return &answerOf[CouncilReport]{newCouncilReport(issued)}, nil
}

func (s *Server) correctCouncil(ctx context.Context, in *struct {
	Body struct {
		Conference string `json:"conference,omitempty" maxLength:"200" doc:"whose report is corrected"`
		Text       string `json:"text,omitempty" maxLength:"5000" doc:"what was wrong, and what is right"`
		On         string `json:"on,omitempty" maxLength:"40" doc:"the day of the correction, such as 2026-11-01; today where it is not said"`
		Undoes     string `json:"undoes,omitempty" maxLength:"100" doc:"id of the correction that is taken back"`
	}
}) (*answerOf[[]CouncilReport], error) {
	step, err := s.Office.ReadStep(office.SaidCorrection(in.Body.Conference, in.Body.Text,
		cmp.Or(in.Body.On, dayOf(s.Today())), in.Body.Undoes))
	if err != nil {
		return nil, err
	}
	if err := s.Office.CorrectCouncil(ctx, step, site.AccountIn(ctx)); err != nil {
		return nil, fmt.Errorf("write down a correction: %w", err)
	}
	return s.councilReports(ctx, nil)
}

func (s *Server) worklist(ctx context.Context, _ *struct{}) (*answerOf[[]Task], error) {
	list, err := s.Office.Tasks(ctx, site.SightIn(ctx))
	if err != nil {
		return nil, fmt.Errorf("make the worklist: %w", err)
	}
	return &answerOf[[]Task]{each(list, newTask)}, nil
}

func (s *Server) conferences(ctx context.Context, _ *struct{}) (*answerOf[[]Conference], error) {
	list, err := s.Office.Conferences(ctx)
	return &answerOf[[]Conference]{each(list, func(c register.Conference) Conference {
		return Conference{c.Name, dayOf(c.From), dayOf(c.To), c.Place, c.Council}
	})}, err
}

func (s *Server) setConferences(ctx context.Context, in *struct {
	Body []Conference `maxItems:"1000"`
}) (*answerOf[[]Conference], error) {
	err := s.Office.SetConferences(ctx, each(in.Body, func(c Conference) []string {
		return []string{c.Name, c.From, c.To, c.Place, c.Council}
	}), site.AccountIn(ctx))
	if err != nil {
		return nil, err
	}
	return s.conferences(ctx, nil)
}

func (s *Server) offices(ctx context.Context, _ *struct{}) (*answerOf[[]Office], error) {
	list, err := s.Office.Offices(ctx)
	return &answerOf[[]Office]{each(list, func(o register.Office) Office {
		return Office{o.Key, o.Name, dayOf(o.From), o.Email}
	})}, err
}

func (s *Server) setOffices(ctx context.Context, in *struct {
	Body []Office `maxItems:"1000"`
}) (*answerOf[[]Office], error) {
	err := s.Office.SetOffices(ctx, each(in.Body, func(o Office) []string {
		return []string{o.Key, o.Name, o.From, o.Email}
	}), site.AccountIn(ctx))
	if err != nil {
		return nil, err
	}
	return s.offices(ctx, nil)
}
