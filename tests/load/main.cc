// vefa-load: concurrent writers of two or more tenants, who note what they were told.

#include <signal.h>
#include <sys/signalfd.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "libs/config/environment.h"
#include "tests/load/grpc_door.h"
#include "tests/load/reader.h"
#include "tests/load/rest_door.h"
#include "tests/load/writer.h"

namespace vefa::load {
namespace {

constexpr char kUsage[] =
    "Usage: vefa-load SETTINGS.json. The settings:\n"
    "  rate       writes per second of all writers together\n"
    "  seconds    how long; SIGTERM ends it sooner\n"
    "  seed       chooses what is written\n"
    "  history    file to append every try to\n"
    "  feed       file to append what readers of the feeds saw to; none read without it\n"
    "  gateway    http://host:port\n"
    "  contact    [host:port, …], replicas of the contact service; interaction likewise\n"
    "  tenants    [{id, slug, email, password, run, canary, grpc_writers, rest_writers}, …]\n"
    "VEFA_PRINCIPAL_KEY_FILE signs the principals of gRPC writers. Prints a line of JSON each second.\n";
constexpr size_t kWritersMax = 256;
constexpr std::chrono::seconds kGrace(60);

using Json = nlohmann::json;

Json ReadSettings(const char* path) {
  std::FILE* file = std::fopen(path, "r");
  if (file == nullptr) return Json();
  Json json = Json::parse(file, nullptr, false);
  std::fclose(file);
  return json;
}

void Print(const Totals& totals, double seconds) {
  std::printf("{\"seconds\":%.1f,\"requests\":%lld,\"acknowledged\":%lld,\"refused\":%lld,\"unknown\":%lld,"
              "\"given_up\":%lld}\n", seconds, static_cast<long long>(totals.requests),
              static_cast<long long>(totals.acknowledged), static_cast<long long>(totals.refused),
              static_cast<long long>(totals.unknown), static_cast<long long>(totals.given_up));
  std::fflush(stdout);
}

// One reader of each tenant's feed, with a thread of its own.
class Readers {
 public:
  Readers(const Json& settings, const http::Url& gateway, const Pace& writers) {
    std::string path = settings.value("feed", "");
    if (path.empty()) return;
    file_ = std::fopen(path.c_str(), "a");
    VEFA_CHECK(file_ != nullptr);
    for (const Json& tenant : settings.at("tenants")) {
      std::vector<std::string> foreign;
      for (const Json& other : settings.at("tenants"))
        if (other.at("id") != tenant.at("id")) foreign.push_back(other.at("canary"));
      readers_.push_back(std::make_unique<FeedReader>(
          gateway, User{tenant.at("slug"), tenant.at("email"), tenant.at("password")}, tenant.at("id"), foreign, file_));
      threads_.emplace_back([reader = readers_.back().get(), &writers] { reader->Run(writers); });
    }
  }
  // Until they have read everything.
  ~Readers() {
    for (std::thread& thread : threads_) thread.join();
    if (file_ != nullptr) std::fclose(file_);
  }

 private:
  std::FILE* file_ = nullptr;
  std::vector<std::unique_ptr<FeedReader>> readers_;
  std::vector<std::thread> threads_;
};

// Prints until the time is over or a signal comes.
void Watch(const Totals& totals, double seconds, int stop_fd) {
  auto start = std::chrono::steady_clock::now();
  for (;;) {
    pollfd waiting{stop_fd, POLLIN, 0};
    bool told = poll(&waiting, 1, 1000) > 0;
    double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    Print(totals, passed);
    if (told || passed >= seconds) return;
  }
}

int Run(const Json& settings, int stop_fd) {
  config::Environment environment;
  rpc::PrincipalKey key(environment.RequireKey("VEFA_PRINCIPAL_KEY_FILE", 32));
  auto url = http::ParseUrl(settings.at("gateway").get<std::string>());
  auto checked = environment.Check();
  SystemClock clock;
  auto history = History::Open(settings.at("history").get<std::string>(), clock);
  for (const Status& status : {checked, url.ok() ? Ok() : Status(url.error()), history.ok() ? Ok() : Status(history.error())}) {
    if (status.ok()) continue;
    std::fprintf(stderr, "vefa-load: %s\n", status.error().message.c_str());
    return 1;
  }
  Services services{settings.at("contact"), settings.at("interaction")};
  Pace pace(settings.at("rate").get<double>());
  Totals totals;
  std::vector<std::unique_ptr<Writer>> writers;
  for (const Json& tenant : settings.at("tenants")) {
    auto id = Uuid::Parse(tenant.at("id").get<std::string>());
    VEFA_CHECK(id.ok());
    Writing writing{*id, tenant.at("run"), tenant.at("canary")};
    User user{tenant.at("slug"), tenant.at("email"), tenant.at("password")};
    size_t by_rest = tenant.at("rest_writers"), by_grpc = tenant.at("grpc_writers");
    for (size_t i = 0; i < by_rest + by_grpc && writers.size() < kWritersMax; ++i) {
      std::unique_ptr<Door> door;
      if (i < by_rest) door = std::make_unique<RestDoor>(*url, user);
      else door = std::make_unique<GrpcDoor>(services, key, *id);
      writers.push_back(std::make_unique<Writer>(static_cast<int>(writers.size()), settings.at("seed").get<uint64_t>(),
                                                 writing, std::move(door), pace, **history, totals, clock));
    }
  }
  Readers readers(settings, *url, pace);
  std::vector<std::thread> threads;
  for (auto& writer : writers) threads.emplace_back([&writer] { writer->Run(kGrace); });
  Watch(totals, settings.at("seconds").get<double>(), stop_fd);
  pace.Stop();
  for (std::thread& thread : threads) thread.join();
  Print(totals, 0);
  return totals.given_up == 0 ? 0 : 3;
}

}  // namespace
}  // namespace vefa::load

int main(int argc, char** argv) {
  nlohmann::json settings = argc == 2 ? vefa::load::ReadSettings(argv[1]) : nlohmann::json();
  if (!settings.is_object()) return std::fputs(vefa::load::kUsage, stderr), 2;
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  return vefa::load::Run(settings, signalfd(-1, &stop, SFD_CLOEXEC));
}
