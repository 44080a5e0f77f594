#include <gtest/gtest.h>

#include "services/ctl/demo.h"

namespace vefa::ctl::demo {
namespace {

Json Parsed(const char* text) { return Json::parse(text); }

Outcome Sample() {
  Outcome outcome;
  outcome.contacts = 10;
  outcome.orders = 20;
  outcome.scoring_run = Parsed(R"({"scored":10,"purchaseModel":{"r":0.123456789,"alpha":4.5,"a":0.75,"b":2.5,
      "logLikelihood":-95.12345678},"holdout":{"weeks":39,"predicted":16.449,"actual":"18"}})");
  outcome.segment_count = Parsed(R"({"size":"4"})");
  outcome.campaign = Parsed(R"({"progress":{"requested":"4","accepted":"2","delivered":"1","bounced":"1","failed":"0",
      "unknown":"0","refused":{"NO_CONSENT":"1","CONSENT_WITHDRAWN":"1"}}})");
  outcome.status = Parsed(R"({"services":[{"topic":"vefa.contact.v1","eventsRecorded":"7","eventsPending":"2"},{"name":"gateway"}]})");
  outcome.import_seconds = 1.26;
  return outcome;
}

TEST(DemoSummary, HasTheShapeThatReadersExpect) {
  EXPECT_EQ(Summary(Sample()).dump(),
            R"({"contacts":10,"orders":20,"scored":10,)"
            R"("model":{"name":"bg_nbd","r":0.1234568,"alpha":4.5,"a":0.75,"b":2.5,"log_likelihood":-95.123457},)"
            R"("holdout":{"weeks":39,"predicted":16.4,"actual":18},"segment":{"name":"worth-winning-back","size":4},)"
            R"("messages":{"requested":4,"accepted":2,"delivered":1,"bounced":1,"unknown":0,)"
            R"("refused":{"CONSENT_WITHDRAWN":1,"NO_CONSENT":1}},)"
            R"("events":{"vefa.contact.v1":{"recorded":7,"published":5}},)"
            R"("seconds":{"import":1.3,"score":0.0,"send":0.0}})");
}

TEST(DemoSummary, FailedMessagesAreNotLeftOut) {
  Outcome outcome = Sample();
  outcome.campaign["progress"]["failed"] = "3";
  EXPECT_EQ(Summary(outcome)["messages"]["failed"], 3);
}

TEST(DemoWords, BothLanguagesOfferTheWayOut) {
  Json words = TemplateWords();
  for (const char* language : {"en", "tr"}) {
    for (const char* part : {"text", "html"}) {
      std::string text = words[language][part];
      EXPECT_NE(text.find("{{unsubscribe_url}}"), text.npos) << language << part;
      EXPECT_NE(text.find("{{contact.display_name}}"), text.npos) << language << part;
    }
  }
}

}  // namespace
}  // namespace vefa::ctl::demo
