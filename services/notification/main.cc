#include <cstdlib>

#include "libs/service/host.h"
#include "libs/telemetry/log.h"
#include "services/notification/consent_handler.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/notification_events.h"
#include "services/notification/notification_fold.h"
#include "services/notification/notification_service.h"
#include "vefa/notification/v1/notification_events.pb.h"

std::vector<vefa::postgres::Migration> vefa_notification_migrations();

namespace {

vefa::notification::DispatcherSettings ReadSettings(vefa::config::Environment& environment) {
  vefa::notification::DispatcherSettings settings;
  settings.smtp.address = environment.Require("VEFA_SMTP_ADDRESS", "host:port");
  settings.smtp.connections = environment.GetInt("VEFA_SMTP_CONNECTIONS", 8, 1, 256);
  settings.smtp.mails_per_connection = environment.GetInt("VEFA_SMTP_MAILS_PER_CONNECTION", 1000, 1, 100000);
  settings.mail.public_url = environment.Require("VEFA_PUBLIC_URL", "a URL");
  while (settings.mail.public_url.ends_with('/')) settings.mail.public_url.pop_back();
  settings.state_folder = environment.Require("VEFA_STATE_DIR", "a folder that outlives the process");
  const char* mailbox = "a mailbox such as `Name <local@domain>`";
  std::string from = environment.Require("VEFA_MAIL_FROM", mailbox);
  auto sender = vefa::notification::ParseMailbox(from);
  if (sender.ok()) settings.mail.sender = *sender;
  if (!sender.ok() && !from.empty()) environment.Mistake(std::string("VEFA_MAIL_FROM must be ") + mailbox);
  settings.smtp.helo_name = settings.mail.sender.domain;
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  vefa::config::Environment environment;
  vefa::config::CommandLine command_line(argc, argv, environment);
  auto settings = ReadSettings(environment);
  vefa::notification::TokenKey token_key(environment.RequireKey("VEFA_TOKEN_KEY_FILE", 32));
  std::string contact_address = vefa::service::RequirePeer(environment, "contact");
  vefa::service::Host host(vefa::notification::NotificationSource(), environment, command_line);
  vefa::notification::Recipients recipients(contact_address, host.key(), host.transport());
  auto dispatcher = vefa::notification::Dispatcher::Start(host.pump(), recipients, token_key, std::move(settings),
                                                          host.clock(), host.metrics(), [&] { host.relay().Wake(); });
  if (!dispatcher.ok()) {
    vefa::telemetry::Fault("cannot start", {{"reason", dispatcher.error().reason}, {"error", dispatcher.error().message}});
    return 1;
  }
  vefa::notification::NotificationService messages(host.AddDoor("vefa.notification.v1.NotificationService"),
                                                   host.database(), recipients, token_key, host.clock(),
                                                   host.metrics(), host.key().secret(), [&] {
                                                     host.relay().Wake();
                                                     (*dispatcher)->Wake();
                                                   });
  host.AddService(messages);
  vefa::notification::ConsentHandler consents(host.clock(), [&] {
    host.relay().Wake();
    (*dispatcher)->Wake();
  });
  host.Subscribe(vefa::notification::ConsentHandler::kConsumer, {"vefa.contact.v1"}, consents);
  host.OnStop([&] { (*dispatcher)->Stop(); });
  host.KeepState(vefa::notification::v1::NotificationSnapshot::default_instance(), vefa::notification::FoldNotification);
  host.NeedSchema(vefa_notification_migrations());
  return host.Run();
}
