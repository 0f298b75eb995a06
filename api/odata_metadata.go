package api

import (
	"encoding/xml"
	"strings"

	"planwright/lang"
	"planwright/snapshot"
)

// odataMetadata is the description of the service in CSDL: an entity type a
// view, with the meaning of every column in the reader's language.
func odataMetadata(l lang.Language) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
<edmx:Reference Uri="https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml"><edmx:Include Namespace="Org.OData.Core.V1" Alias="Core"/></edmx:Reference>
<edmx:DataServices>
<Schema Namespace="planwright" xmlns="http://docs.oasis-open.org/odata/ns/edm">
`)
	views := snapshot.BIViews()
	for i := range views {
		v := &views[i]
		b.WriteString(`<EntityType Name="` + v.Name + `"><Key>`)
		for _, k := range v.Key {
			b.WriteString(`<PropertyRef Name="` + k + `"/>`)
		}
		b.WriteString("</Key>\n")
		for _, c := range v.Columns {
			b.WriteString(`<Property Name="` + c.Name + `" ` + edmType(c.Type))
			for _, k := range v.Key {
				if k == c.Name {
					b.WriteString(` Nullable="false"`)
				}
			}
			b.WriteString(`>` + annotation(v.ColumnText(l, c.Name)) + "</Property>\n")
		}
		b.WriteString("</EntityType>\n")
	}
	b.WriteString(`<EntityContainer Name="Plan">` + "\n")
	for i := range views {
		v := &views[i]
		b.WriteString(`<EntitySet Name="` + v.Name + `" EntityType="planwright.` + v.Name + `">` + annotation(v.Text(l)) + "</EntitySet>\n")
	}
	b.WriteString("</EntityContainer>\n</Schema>\n</edmx:DataServices>\n</edmx:Edmx>\n")
	return b.String()
}

func annotation(text string) string {
	var b strings.Builder
	b.WriteString(`<Annotation Term="Core.Description" String="`)
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String() + `"/>`
}

// edmType writes the type of a column with its facets.
func edmType(typ string) string {
	switch typ {
	case "DECIMAL(18,6)":
		return `Type="Edm.Decimal" Precision="18" Scale="6"`
	case "DOUBLE":
		return `Type="Edm.Double"`
	case "DATE":
		return `Type="Edm.Date"`
	case "TIMESTAMP":
		return `Type="Edm.DateTimeOffset" Precision="6"`
	case "INTEGER":
		return `Type="Edm.Int32"`
	case "BIGINT":
		return `Type="Edm.Int64"`
	case "BOOLEAN":
		return `Type="Edm.Boolean"`
	}
	return `Type="Edm.String"`
}
