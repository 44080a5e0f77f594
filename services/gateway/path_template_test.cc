#include "services/gateway/path_template.h"

#include <gtest/gtest.h>

namespace vefa::gateway {
namespace {

using Bindings = PathTemplate::Bindings;

TEST(PathTemplateTest, BindsVariablesOfSeveralSegments) {
  PathTemplate path = *PathTemplate::Parse("/v1/{contact=contacts/*}/consents");
  EXPECT_EQ(path.Match("/v1/contacts/17/consents"), (Bindings{{"contact", "contacts/17"}}));
  for (const char* other : {"/v1/contacts/17", "/v1/contacts//consents", "/v1/orders/17/consents",
                            "/v1/contacts/17/consents/", "/v1/contacts/17/consents:x", "v1/contacts/17/consents", ""})
    EXPECT_FALSE(path.Match(other)) << other;
  PathTemplate inside = *PathTemplate::Parse("/v1/{name=contacts/*/score}");
  EXPECT_EQ(inside.Match("/v1/contacts/17/score"), (Bindings{{"name", "contacts/17/score"}}));
}

TEST(PathTemplateTest, VerbsAreTheirOwn) {
  PathTemplate verb = *PathTemplate::Parse("/v1/{name=segments/*}:count");
  EXPECT_EQ(verb.Match("/v1/segments/a:count"), (Bindings{{"name", "segments/a"}}));
  EXPECT_FALSE(verb.Match("/v1/segments/a"));
  EXPECT_FALSE(verb.Match("/v1/segments/a:counted"));
  EXPECT_TRUE(PathTemplate::Parse("/contacts:import")->Match("/contacts:import"));
  PathTemplate plain = *PathTemplate::Parse("/v1/{name=segments/*}");
  EXPECT_FALSE(plain.Match("/v1/segments/a:count"));
  EXPECT_EQ(plain.Match("/v1/segments/a%3Acount"), (Bindings{{"name", "segments/a:count"}}));
  EXPECT_TRUE(PathTemplate::Parse("/v1/contacts:search")->Match("/v1/contacts:search"));
}

TEST(PathTemplateTest, EscapesAreDecodedButNeverMakeSegments) {
  PathTemplate path = *PathTemplate::Parse("/v1/{name=contacts/*}");
  EXPECT_EQ(path.Match("/v1/contacts/%C4%B1"), (Bindings{{"name", "contacts/ı"}}));
  for (const char* bad :
       {"/v1/contacts/a%2Fb", "/v1/contacts/%", "/v1/contacts/a%2", "/v1%2Fcontacts/a", "/v1/../contacts/a"})
    EXPECT_FALSE(path.Match(bad)) << bad;
}

TEST(PathTemplateTest, RefusesWhatItDoesNotKnow) {
  for (const char* bad :
       {"", "v1", "/", "/v1/", "/v1//x", "/v1/{name", "/v1/{=x}", "/v1/{name=**}", "/v1/a:*", "/v1/a}b"})
    EXPECT_FALSE(PathTemplate::Parse(bad).ok()) << bad;
  EXPECT_EQ(PathTemplate::Parse("/v1/{name=a/*}:x")->Shape(), "/v1/a/*:x");
}

}  // namespace
}  // namespace vefa::gateway
