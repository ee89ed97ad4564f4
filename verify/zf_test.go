package verify
import ("testing";"fmt";"os";"sort")
func TestZF(t *testing.T) {
	if os.Getenv("ZF")=="" { return }
	records := febrl(t, "dataset3")
	m := febrlMatcher(t, records)
	at := map[string]int{}
	for i, r := range records { at[r.id] = i }
	type pr struct{ a, b int }
	best := map[pr]float64{}
	for i, r := range records {
		w := m.scratch.Get().(*work)
		s := m.see(w, r.line().Row)
		for _, c := range m.score(w, s) {
			odds := c.likelihood / float64(len(records)) / s.nobody
			j := at[m.roll.Members[c.at].ID]
			if j == i { continue }
			k := pr{min(i,j), max(i,j)}
			if odds > best[k] { best[k] = odds }
		}
		w.reset(); m.scratch.Put(w)
	}
	// truth pairs missed, false pairs
	var miss, falsep []pr
	by := map[string][]int{}
	for i, r := range records { by[r.person] = append(by[r.person], i) }
	for _, g := range by { for x := range g { for y := x+1; y < len(g); y++ { k := pr{g[x], g[y]}; if best[k] <= 100 { miss = append(miss, k) } } } }
	for k, o := range best { if o > 100 && records[k.a].person != records[k.b].person { falsep = append(falsep, k) } }
	sort.Slice(miss, func(i,j int) bool { return miss[i].a < miss[j].a })
	show := func(k pr) { for _, i := range []int{k.a, k.b} { f := records[i].fields; fmt.Printf("    %-8s %-12s %-14s | %s %s / %s | %s %s %s | %s %s\n", records[i].person, f["given_name"], f["surname"], f["street_number"], f["address_1"], f["address_2"], f["suburb"], f["postcode"], f["state"], f["date_of_birth"], f["soc_sec_id"]) } }
	fmt.Println("missed directly", len(miss), "false", len(falsep))
	for _, k := range miss[:min(40, len(miss))] { fmt.Printf("miss %.3g\n", best[k]); show(k) }
	for _, k := range falsep[:min(25, len(falsep))] { fmt.Printf("false %.3g\n", best[k]); show(k) }
}
