import assert from "node:assert/strict";
import { test } from "node:test";
import { contactParts } from "../../../../api/web/app/contacts.js";

const CHAT = "https://chat.example/c/{channel}";
const links = (text, chat) => contactParts(text, chat).filter(({ href }) => href).map(({ text, href }) => [text, href]);

test("mail, telephone, chat and web addresses are links", () => {
  assert.deepEqual(links("oncall@shop.example"), [["oncall@shop.example", "mailto:oncall@shop.example"]]);
  assert.deepEqual(links("+49 (30) 123-4567"), [["+49 (30) 123-4567", "tel:+49301234567"]]);
  assert.deepEqual(links("0800 123456"), [["0800 123456", "tel:0800123456"]]);
  assert.deepEqual(links("https://pager.example/team/oms."), [["https://pager.example/team/oms", "https://pager.example/team/oms"]]);
  assert.deepEqual(links("slack://channel?team=T1&id=C2"), [["slack://channel?team=T1&id=C2", "slack://channel?team=T1&id=C2"]]);
});

test("a channel is a link where the address of the chat is known", () => {
  assert.deepEqual(links("#oms-oncall"), []);
  assert.deepEqual(links("#oms-oncall", CHAT), [["#oms-oncall", "https://chat.example/c/oms-oncall"]]);
  assert.deepEqual(links("https://wiki.example/a#top", CHAT), [["https://wiki.example/a#top", "https://wiki.example/a#top"]]);
});

test("several contacts of one text are several links, and nothing of the text is lost", () => {
  const text = "#oms-oncall, then oms@shop.example or +44 20 7946 0000 (day)";
  assert.deepEqual(links(text, CHAT).map(([name]) => name), ["#oms-oncall", "oms@shop.example", "+44 20 7946 0000"]);
  assert.equal(contactParts(text, CHAT).map((part) => part.text).join(""), text);
});

test("what is no address stays text: names, dates, scripts", () => {
  for (const text of ["the duty manager", "since 2026-03-02 08:30", "javascript:alert(1)", "desk 7", "", "data:text/html,x"]) {
    assert.deepEqual(links(text, CHAT), []);
  }
});
