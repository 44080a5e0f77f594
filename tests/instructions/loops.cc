// Every inner loop of the house that a call, an event or a mail goes through: `vefa-inner-loops NAME` runs one of them
// kTimes, and callgrind counts what happens within Loop (instructions_test.py).
#include <cstdio>
#include <functional>
#include <map>
#include <sstream>

#include "libs/base/check.h"
#include "libs/base/text.h"
#include "libs/events/relay_record.h"
#include "libs/pii/pii.h"
#include "libs/postgres/value.h"
#include "libs/redis/command.h"
#include "libs/rpc/principal.h"
#include "libs/telemetry/metrics.h"
#include "libs/text/fold.h"
#include "services/ctl/csv.h"
#include "services/gateway/feed/cursor.h"
#include "services/gateway/json.h"
#include "services/gateway/route_table.h"
#include "services/notification/mail/message_builder.h"
#include "vefa/contact/v1/contact_service.pb.h"
#include "vefa/event/v1/pii.pb.h"

namespace vefa::instructions {
namespace {

constexpr int kTimes = 1000;
const Uuid kTenant = *Uuid::Parse("0192f0c1-0000-7000-8000-000000000001");
const Time kNow = *ParseTime("2026-11-22T10:00:00Z");

using Body = std::function<void()>;

contact::v1::Contact Person() {
  contact::v1::Contact contact;
  contact.set_name("contacts/" + kTenant.ToString());
  contact.set_external_id("shop/4711");
  contact.set_display_name("Işık Yılmaz");
  contact.set_email("isik@example.com");
  contact.set_language("tr");
  contact.mutable_create_time()->set_seconds(1795000000);
  return contact;
}

events::Event Fact() {
  events::Event event;
  event.id = event.tenant = event.incarnation = kTenant;
  event.type = "contact.created";
  event.subject = "contacts/" + kTenant.ToString();
  event.aggregate_version = 7;
  event.occur_time = event.record_time = kNow;
  event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  event.classification = "personal";
  event.payload = Person().SerializeAsString();
  return event;
}

Body WriteRecord() {
  return [writer = std::make_shared<events::RecordWriter>(events::Source{"contact", "vefa.contact.v1", "vefa.contact.v1.ContactEvent"}),
          event = Fact()] { writer->Write(event); };
}

Body ReadEvent() {
  const kafka::Record record = events::ToRecord(Fact(), {"contact", "vefa.contact.v1", "vefa.contact.v1.ContactEvent"});
  return [record] {
    kafka::Message message{record.topic, 3, 17, record.key, record.value, record.headers};
    VEFA_CHECK(events::FromMessage(std::move(message)).ok());
  };
}

Body VerifyPrincipal() {
  auto key = std::make_shared<rpc::PrincipalKey>("0123456789abcdef0123456789abcdef");
  return [key, token = key->Sign({kTenant, "users/" + kTenant.ToString(), {"contacts.*"}, rpc::PrincipalEnd(kNow)})] {
    VEFA_CHECK(key->Verify(token, kNow).ok());
  };
}

Body SignPrincipal() {
  return [key = std::make_shared<rpc::PrincipalKey>("0123456789abcdef0123456789abcdef"),
          principal = rpc::Principal{kTenant, "users/" + kTenant.ToString(), {"contacts.*"}, rpc::PrincipalEnd(kNow)}] {
    VEFA_CHECK(!key->Sign(principal).empty());
  };
}

Body BindRows() {
  return [ids = std::vector<Uuid>(10, kTenant), names = std::vector<std::string>(10, "Işık Yılmaz"),
          times = std::vector<Time>(10, kNow)] { VEFA_CHECK(postgres::Bound(ids, names, times).size() == 3); };
}

Body BuildMail() {
  const std::map<std::string, notification::Words> words{
      {"en", {"Hello {{contact.display_name}}", "Hello {{contact.display_name}}\n{{unsubscribe_url}}\n", "<p>{{contact.display_name}}</p>"}}};
  auto builder = notification::MessageBuilder::Compile(words, *notification::ParseMailbox("Vefa <hello@vefa.example>"));
  notification::MailFacts facts{kTenant, "Işık Yılmaz", "isik@example.com", "tr", "https://vefa.example/u/token", "Win back",
                                "win-back", "campaigns/win-back", kNow};
  return [builder = std::make_shared<notification::MessageBuilder>(*std::move(builder)), facts] {
    VEFA_CHECK(!builder->Build(facts).empty());
  };
}

Body ReadCsv() {
  std::string lines;
  for (int i = 0; i <= kTimes; ++i) lines += "shop/4711,\"Yılmaz, Işık\",isik@example.com,tr\n";
  auto text = std::make_shared<std::istringstream>(lines);
  return [text, reader = std::make_shared<ctl::CsvReader>(*text)] { VEFA_CHECK(reader->Next()->fields.size() == 4); };
}

Body ReadCursor() {
  auto codec = std::make_shared<gateway::CursorCodec>("0123456789abcdef0123456789abcdef");
  return [codec, cursor = codec->Encode(kTenant, {kTenant, 4711})] { VEFA_CHECK(codec->Decode(cursor, kTenant).ok()); };
}

Body FoldText() {
  return [] { VEFA_CHECK(!text::FoldForSearch("Işık YILMAZ-Öztürk, İstanbul").empty()); };
}

Body FindRoute() {
  auto table = gateway::RouteTable::Build({contact::v1::GetContactRequest::descriptor()->file()->service(0)});
  return [table = std::make_shared<gateway::RouteTable>(*std::move(table))] {
    VEFA_CHECK(table->Find("GET", "/v1/contacts/0192f0c1-0000-7000-8000-000000000001").ok());
  };
}

Body WriteContactJson() {
  return [contact = Person()] { VEFA_CHECK(gateway::WriteJson(contact).ok()); };
}

Body OpenBox() {
  const pii::Key key(kTenant, std::string(pii::Key::kSize, 'k'));
  return [key, box = pii::Seal(key, kTenant, Person())] {
    contact::v1::Contact contact;
    VEFA_CHECK(pii::Open(key, kTenant, box, contact).ok());
  };
}

Body WriteRedisCommand() {
  return [] { VEFA_CHECK(redis::Commands({"GET", "c:contact:0192f0c1-0000-7000-8000-000000000001"}).count() == 1); };
}

Body Observe() {
  auto metrics = std::make_shared<telemetry::Metrics>();
  return [metrics, &histogram = metrics->AddHistogram("test_seconds", "Test.")] { histogram.Observe(0.004); };
}

const std::map<std::string, Body (*)()> kLoops{
    {"record_write", WriteRecord}, {"event_read", ReadEvent},       {"principal_verify", VerifyPrincipal},
    {"principal_sign", SignPrincipal}, {"rows_bind_10", BindRows},  {"mail_build", BuildMail},
    {"csv_read", ReadCsv},         {"cursor_read", ReadCursor},     {"text_fold", FoldText},
    {"route_find", FindRoute},     {"json_write", WriteContactJson}, {"box_open", OpenBox},
    {"redis_command", WriteRedisCommand}, {"metric_observe", Observe}};

}  // namespace

// What is counted. Once before it: nothing is measured that happens the first time only.
__attribute__((noinline)) void Loop(const Body& body) {
  for (int i = 0; i < kTimes; ++i) body();
}

}  // namespace vefa::instructions

int main(int argc, char** argv) {
  using namespace vefa::instructions;
  auto found = argc == 2 ? kLoops.find(argv[1]) : kLoops.end();
  if (found == kLoops.end()) {
    for (const auto& [name, loop] : kLoops) std::puts(name.c_str());
    return argc == 1 ? 0 : 2;
  }
  Body body = found->second();
  body();
  Loop(body);
  return 0;
}
