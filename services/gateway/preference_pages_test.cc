#include "services/gateway/gateway_fixture.h"

namespace vefa::gateway {
namespace {

class PreferencePagesTest : public GatewayTest {
 protected:
  http::Response Post(const std::string& path, const std::string& form) {
    return Ask("POST", path, form, {{"Content-Type", "application/x-www-form-urlencoded"}});
  }
};

TEST_F(PreferencePagesTest, TheLinkShowsThePersonsChoiceAndChangesNothing) {
  http::Response page = Ask("GET", "/p/good");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("<html lang=\"tr\">"), std::string::npos);
  EXPECT_NE(page.body.find("Bizden ne duyacaksınız"), std::string::npos);
  EXPECT_NE(page.body.find("value=\"offers\" checked>"), std::string::npos);
  // What the tenant wrote is text.
  EXPECT_NE(page.body.find("&lt;b&gt;Fırsatlar &amp; &quot;haberler&quot;&lt;/b&gt;"), std::string::npos);
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
  EXPECT_NE(page.headers.Get("Content-Security-Policy").find("default-src 'none'"), std::string_view::npos);
  EXPECT_EQ(page.headers.Get("Cache-Control"), "no-store");
  EXPECT_EQ(Ask("HEAD", "/p/good").status, 200);
  EXPECT_TRUE(preference_pages_.Saved().empty());
}

TEST_F(PreferencePagesTest, TheFormSaysWhatWasShownAndWhatOfItIsWanted) {
  http::Response saved = Post("/p/good", "shown=offers&shown=news&topic=news&week=2&pause=30");
  EXPECT_EQ(saved.status, 200);
  EXPECT_FALSE(saved.headers.Has("Set-Cookie"));
  EXPECT_NE(saved.body.find("kaydedildi"), std::string::npos);
  EXPECT_EQ(Post("/p/good", "shown=offers&topic=offers&week=0&pause=keep&none=1").status, 200);
  auto requests = preference_pages_.Saved();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_FALSE(requests[0].topics().at("offers"));
  EXPECT_TRUE(requests[0].topics().at("news"));
  EXPECT_EQ(requests[0].messages_per_week(), 2);
  EXPECT_EQ(requests[0].pause_days(), 30);
  EXPECT_FALSE(requests[1].topics().at("offers"));
  EXPECT_FALSE(requests[1].has_pause_days());
}

TEST_F(PreferencePagesTest, WhatIsNoLinkOrNoFormIsAPageNotAFault) {
  for (const char* path : {"/p/bad", "/p/", "/p/a%2Fb", "/p/%", "/p/%ff", "/p/<script>"}) {
    http::Response page = Ask("GET", path, "", {{"Accept-Language", "tr-TR,tr;q=0.9"}});
    EXPECT_EQ(page.status, 404) << path;
    EXPECT_NE(page.body.find("geçerli değil"), std::string::npos) << path;
    EXPECT_EQ(page.body.find("<script"), std::string::npos) << path;
  }
  EXPECT_EQ(Post("/p/bad", "week=0&pause=0").status, 404);
  for (const char* form : {"", "week=two", "week=keep", "shown=%ff&week=1", "%", "pause=7"}) EXPECT_EQ(Post("/p/good", form).status, 400) << form;
  EXPECT_EQ(Ask("PUT", "/p/good", "x").status, 405);
  EXPECT_TRUE(preference_pages_.Saved().empty());
}

TEST_F(PreferencePagesTest, AConfirmationIsShownByGetAndGivenByPost) {
  http::Response page = Ask("GET", "/c/good");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("<html lang=\"tr\">"), std::string::npos);
  // What the tenant wrote is text.
  EXPECT_NE(page.body.find("&lt;b&gt;Haberler&lt;/b&gt;"), std::string::npos);
  EXPECT_NE(page.body.find("Okudum &amp; kabul ediyorum"), std::string::npos);
  EXPECT_NE(page.body.find("<form"), std::string::npos);
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
  EXPECT_EQ(confirmations_.confirmed, 0) << "mail programs open links by themselves";
  for (int twice = 0; twice < 2; ++twice) {
    http::Response done = Ask("POST", "/c/good", "", {{"User-Agent", "Test"}});
    EXPECT_EQ(done.status, 200);
    EXPECT_NE(done.body.find("Onayınız kaydedildi"), std::string::npos);
    EXPECT_EQ(done.body.find("<form"), std::string::npos);
  }
  EXPECT_EQ(confirmations_.confirmed, 2);
  EXPECT_EQ(Ask("GET", "/c/old").status, 410);
  EXPECT_EQ(Ask("POST", "/c/old").status, 410);
  for (const char* path : {"/c/bad", "/c/", "/c/a%2Fb", "/c/%ff"}) EXPECT_EQ(Ask("GET", path).status, 404) << path;
  EXPECT_EQ(Ask("PUT", "/c/good", "x").status, 405);
}

}  // namespace
}  // namespace vefa::gateway
