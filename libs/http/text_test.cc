#include <gtest/gtest.h>

#include "libs/http/headers.h"
#include "libs/http/lines.h"
#include "libs/http/url.h"

namespace vefa::http {
namespace {

TEST(HeadersTest, NamesCompareWithoutCaseAndTokensAreFound) {
  Headers headers{{"Connection", "keep-alive, Upgrade"}, {"X-A", "1"}};
  EXPECT_EQ(headers.Get("x-a"), "1");
  EXPECT_TRUE(headers.HasToken("connection", "upgrade"));
  EXPECT_FALSE(headers.HasToken("connection", "up"));
  headers.Set("x-A", "2");
  EXPECT_EQ(headers.Get("X-A"), "2");
  EXPECT_EQ(headers.entries().size(), 2u);
}

TEST(HeadersTest, AValueCannotStartAnotherHeader) {
  std::string out;
  Headers{{"Location", std::string("/a\r\nSet-Cookie: x=1\0", 20)}}.AppendTo(out);
  EXPECT_EQ(out, "Location: /a  Set-Cookie: x=1 \r\n");
}

TEST(CookieTest, IsFoundAmongOthers) {
  EXPECT_EQ(FindCookie("a=1; vefa_session=abc ; b=2", "vefa_session"), "abc");
  EXPECT_EQ(FindCookie("x_vefa_session=no; vefa_session=\"q\"", "vefa_session"), "q");
  EXPECT_EQ(FindCookie("", "a"), std::nullopt);
  EXPECT_EQ(FindCookie("a", "a"), std::nullopt);
  EXPECT_EQ(SetCookie({"s", "v", true, 60}).ToString(), "s=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
}

TEST(DateTest, IsAnImfFixdate) { EXPECT_EQ(HttpDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT"); }

TEST(PercentTest, RoundTripsAndRefusesBrokenEscapes) {
  EXPECT_EQ(*PercentDecode("a%2Fb+c"), "a/b+c");
  EXPECT_EQ(*PercentDecode("a+b%C4%B1", true), "a bı");
  EXPECT_EQ(*PercentDecode(PercentEncode("ış /?#%&=+")), "ış /?#%&=+");
  for (const char* bad : {"%", "%1", "%zz", "a%2"}) EXPECT_FALSE(PercentDecode(bad).ok()) << bad;
}

TEST(QueryTest, KeepsOrderAndRepeats) {
  Query query = *ParseQuery("a=1&b=&a=2&&c");
  EXPECT_EQ(query, (Query{{"a", "1"}, {"b", ""}, {"a", "2"}, {"c", ""}}));
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "a=1&";
  EXPECT_EQ(ParseQuery(many).error().reason, "QUERY_TOO_LONG");
}

TEST(UrlTest, ReadsHostPortAndPath) {
  Url url = *ParseUrl("http://[::1]:8080/base/");
  EXPECT_EQ(url.address.host, "::1");
  EXPECT_EQ(url.address.port, 8080);
  EXPECT_EQ(url.path, "/base");
  EXPECT_EQ(ParseUrl("http://example")->address.port, 80);
  EXPECT_EQ(ParseUrl("https://example").error().reason, "URL_SCHEME");
  for (const char* bad : {"", "http://", "http://a:b", "http://a:99999", "ftp"})
    EXPECT_FALSE(ParseUrl(bad).ok()) << bad;
  for (const char* bad : {"", "a", ":1", "a:", "::1:80", "a:1x"}) EXPECT_FALSE(ParseHostPort(bad).ok()) << bad;
}

TEST(LineCutterTest, CutsWhateverThePieces) {
  const std::string text = "one\r\ntwo\n\nlast";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    LineCutter cutter(10);
    std::vector<std::string> lines;
    for (size_t i = 0; i < text.size(); i += piece) {
      cutter.Feed(std::string_view(text).substr(i, piece));
      while (true) {
        auto line = cutter.Next();
        ASSERT_TRUE(line.ok());
        if (!*line) break;
        lines.push_back(**line);
      }
    }
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", ""})) << piece;
    EXPECT_EQ(cutter.TakeRest(), "last");
  }
}

TEST(LineCutterTest, ALineTooLongIsKnownBeforeItsEnd) {
  LineCutter cutter(4);
  cutter.Feed("1234\r");
  EXPECT_TRUE(cutter.Next().ok());
  cutter.Feed("\n12345");
  EXPECT_EQ(**cutter.Next(), "1234");
  EXPECT_TRUE(cutter.Next().ok());
  cutter.Feed("6");
  EXPECT_EQ(cutter.Next().error().reason, "LINE_TOO_LONG");
  LineCutter exact(4);
  exact.Feed("12345\n");
  EXPECT_EQ(exact.Next().error().reason, "LINE_TOO_LONG");
}

TEST(EventAssemblerTest, PutsEventsTogether) {
  EventAssembler assembler;
  for (const char* line : {": heartbeat", "", "id: 7", "event: contact.created", "data: {", "data: }"})
    EXPECT_FALSE(assembler.Take(line));
  auto event = assembler.Take("");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->id, "7");
  EXPECT_EQ(event->type, "contact.created");
  EXPECT_EQ(event->data, "{\n}");
}

}  // namespace
}  // namespace vefa::http
