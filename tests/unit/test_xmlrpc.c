/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML-RPC: calls that are read, what is none, and responses.
 */
#include "unit.h"

#include "base/buf.h"
#include "wire/json.h"
#include "wire/xmlrpc.h"

/* "METHOD PARAMS as JSON", or "none". */
static const char *
outcome(const char *text)
{
	struct xmlrpc_call call;
	struct buf b = buf_on(arena);

	if (!xmlrpc_read(arena, span_of(text), &call))
		return "none";
	buf_puts(&b, call.method);
	buf_putc(&b, ' ');
	json_write(&b, call.params, NULL);
	return buf_text(&b);
}

#define CALL(inside) "<?xml version='1.0'?>\n<methodCall>\n" inside "\n</methodCall>\n"
#define WITH(value) CALL("<methodName>m</methodName><params><param>" value "</param></params>")

static void
calls_are_read(void **state)
{
	static const struct {
		const char *text;
		const char *outcome;
	} calls[] = {
		{ CALL("<methodName>changelog_last_serial</methodName>"), "changelog_last_serial []" },
		{ CALL("<methodName>m</methodName>\n<params>\n</params>"), "m []" },
		{ CALL("<methodName>m</methodName><params/>"), "m []" },
		{ WITH("<value><int>42</int></value>"), "m [42]" },
		{ WITH("<value><i4> -42 </i4></value>"), "m [-42]" },
		{ WITH("<value><i8>9223372036854775807</i8></value>"), "m [9223372036854775807]" },
		{ WITH("<value><boolean>1</boolean></value>"), "m [1]" },
		{ WITH("<value><string>a &lt;b&gt; &#233;</string></value>"), "m [\"a <b> \xc3\xa9\"]" },
		{ WITH("<value>bare  text</value>"), "m [\"bare  text\"]" },
		{ WITH("<value/>"), "m [\"\"]" },
		{ WITH("<value><string/></value>"), "m [\"\"]" },
		{ WITH("<value><nil/></value>"), "m [null]" },
		{ WITH("<value><double>1.5</double></value>"), "m [\"1.5\"]" },
		{ WITH("<value> <array> <data> <value>a</value> <!-- and --> <value><int>1</int></value> </data> </array> </value>"),
			"m [[\"a\",1]]" },
		{ WITH("<value><array><data/></array></value>"), "m [[]]" },
		{ WITH("<value><struct><member><name>a b</name><value>x</value></member><member><value>y</value>"
			"<name></name></member></struct></value>"), "m [{\"a b\":\"x\",\"\":\"y\"}]" },
		{ WITH("<value><struct/></value>"), "m [{}]" },
		{ WITH("<value><string><![CDATA[<a>]]></string></value>"), "m [\"<a>\"]" },
		{ "<?xml version='1.0' encoding='UTF-8'?><methodCall><methodName>m</methodName></methodCall>", "m []" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		assert_string_equal(outcome(calls[i].text), calls[i].outcome);
}

static void
what_is_no_call_is_refused(void **state)
{
	static const char *const texts[] = {
		"", " ", "text", "<", "<methodCall>", "<methodCall/>", "<a/>", CALL(""),
		"<methodResponse/>",
		CALL("<params/>"),
		CALL("<methodName>m</methodName><methodName>n</methodName>"),
		CALL("<methodName>m</methodName><params/><params/>"),
		CALL("<methodName>m<b/></methodName>"),
		CALL("<methodName>m</methodName>text"),
		CALL("<methodName>m</methodName><param><value/></param>"),
		CALL("<methodName>m</methodName>") "<methodCall/>",
		CALL("<methodName>m</methodName>") "behind",
		WITH(""), WITH("<value/><value/>"), WITH("text"),
		WITH("<value><int></int></value>"), WITH("<value><int>1.0</int></value>"), WITH("<value><int>x</int></value>"),
		WITH("<value><int>9223372036854775808</int></value>"),
		WITH("<value><boolean>2</boolean></value>"),
		WITH("<value><int>1</int><int>2</int></value>"),
		WITH("<value><int>1</int>text</value>"), WITH("<value>text<int>1</int></value>"),
		WITH("<value><unknown>1</unknown></value>"),
		WITH("<value><array/></value>"), WITH("<value><array><value>1</value></array></value>"),
		WITH("<value><struct><member><name>a</name></member></struct></value>"),
		WITH("<value><struct><member><value>a</value></member></struct></value>"),
		WITH("<value><struct><member><name>a</name><name>b</name><value>a</value></member></struct></value>"),
		WITH("<value><nil>1</nil></value>"),
		WITH("<value>&unknown;</value>"), WITH("<value>&#0;</value>"), WITH("<value>\x01</value>"),
		WITH("<value>\xff</value>"),
		"<!DOCTYPE methodCall>" CALL("<methodName>m</methodName>"),
		("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
			"<methodCall><methodName>m</methodName><params><param><value>&e;</value></param></params></methodCall>"),
		"<?xml version='1.0' encoding='UTF-16'?><methodCall><methodName>m</methodName>",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (strcmp(outcome(texts[i]), "none") != 0)
			fail_msg("%s is read as %s", texts[i], outcome(texts[i]));
}

static const char *
nested(size_t depth)
{
	struct buf b = buf_on(arena);

	buf_puts(&b, "<methodCall><methodName>m</methodName><params><param>");
	for (size_t i = 0; i < depth; i++)
		buf_puts(&b, "<value><array><data>");
	for (size_t i = 0; i < depth; i++)
		buf_puts(&b, "</data></array></value>");
	buf_puts(&b, "</param></params></methodCall>");
	return buf_text(&b);
}

static void
nesting_and_number_of_values_have_an_end(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	assert_string_not_equal(outcome(nested(20)), "none");
	assert_string_equal(outcome(nested(21)), "none");
	assert_string_equal(outcome(nested(100000)), "none");
	buf_puts(&b, "<methodCall><methodName>m</methodName><params>");
	for (size_t i = 0; i < XMLRPC_VALUES; i++)
		buf_puts(&b, "<param><value/></param>");
	buf_puts(&b, "</params></methodCall>");
	assert_string_equal(outcome(buf_text(&b)), "none");
}

static void
a_response_is_written_in_ascii(void **state)
{
	struct doc *map = doc_map(arena), *list = doc_add_list(map, "l\xc3\xa9");
	struct buf b = buf_on(arena);

	(void)state;
	doc_int(list, NULL, -1);
	doc_int(list, NULL, INT64_C(2147483648));
	doc_bool(list, NULL, true);
	doc_null(list, NULL);
	doc_text(list, NULL, "<\x01&\xef\xbf\xbf\xf0\x9f\x90\x8d\t\x7f");
	xmlrpc_write(&b, map);
	assert_string_equal(buf_text(&b),
		"<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n"
		"<value><struct>\n<member>\n<name>l&#233;</name>\n<value><array><data>\n"
		"<value><int>-1</int></value>\n<value><i8>2147483648</i8></value>\n"
		"<value><boolean>1</boolean></value>\n<value><nil/></value>\n"
		"<value><string>&lt;&amp;&#128013;\t&#127;</string></value>\n"
		"</data></array></value>\n</member>\n</struct></value>\n"
		"</param>\n</params>\n</methodResponse>\n");
}

static void
a_struct_in_pieces_is_the_same_as_in_one(void **state)
{
	struct doc *map = doc_map(arena);
	struct buf whole = buf_on(arena), pieces = buf_on(arena);

	(void)state;
	doc_int(map, "a", 1);
	doc_int(map, "b", 2);
	xmlrpc_write(&whole, map);
	xmlrpc_write_struct_head(&pieces);
	xmlrpc_write_member(&pieces, SPAN("a"), doc_scalar_int(arena, 1));
	xmlrpc_write_member(&pieces, SPAN("b"), doc_scalar_int(arena, 2));
	xmlrpc_write_struct_tail(&pieces);
	assert_string_equal(buf_text(&pieces), buf_text(&whole));
}

static void
a_fault_has_its_code_and_text(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	xmlrpc_write_fault(&b, -32601, "server error; requested method not found");
	assert_string_equal(buf_text(&b),
		"<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n"
		"<member>\n<name>faultCode</name>\n<value><int>-32601</int></value>\n</member>\n"
		"<member>\n<name>faultString</name>\n<value><string>server error; requested method not found</string></value>\n"
		"</member>\n</struct></value>\n</fault>\n</methodResponse>\n");
}

TESTS(xmlrpc,
	TEST(calls_are_read),
	TEST(what_is_no_call_is_refused),
	TEST(nesting_and_number_of_values_have_an_end),
	TEST(a_response_is_written_in_ascii),
	TEST(a_struct_in_pieces_is_the_same_as_in_one),
	TEST(a_fault_has_its_code_and_text)
);
