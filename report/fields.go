package report

import "countersign/extract"

// Field is something that a line says.
type Field struct {
	Key     extract.Field
	Label   string // what people call it
	Private bool   // for those who settle the line; workbooks leave it out
}

// Fields are those of a line, in the order in which forms ask, which is how pages and workbooks
// show them. What a column can be beside these, such as a signature, is no field of a line.
func Fields() []Field {
	return []Field{
		{Key: extract.Name, Label: "Name"},
		{Key: extract.Given, Label: "First name"},
		{Key: extract.Family, Label: "Last name"},
		{Key: extract.MemberID, Label: "Member number"},
		{Key: extract.Institution, Label: "Institution"},
		{Key: extract.Unit, Label: "Unit"},
		{Key: extract.Street, Label: "Street"},
		{Key: extract.CityState, Label: "City and state"},
		{Key: extract.City, Label: "City"},
		{Key: extract.State, Label: "State"},
		{Key: extract.ZIP, Label: "ZIP code"},
		{Key: extract.Email, Label: "E-mail address"},
		{Key: extract.Phone, Label: "Telephone"},
		{Key: extract.Birth, Label: "Date of birth", Private: true},
		{Key: extract.SecondID, Label: "Second number", Private: true},
		{Key: extract.Date, Label: "Date"},
	}
}
