#include "tests/bench/find/people.h"

#include "libs/testing/soon.h"
#include "libs/text/fold.h"

namespace vefa::bench {
namespace {

// The frequent ones first; what follows is less and less frequent.
constexpr char kFirstNames[] =
    "Mehmet Fatma Ayşe Mustafa Ahmet Emine Ali Hatice Zeynep Hüseyin Hasan Elif İbrahim Murat Meryem Ömer Yusuf Merve Şerife "
    "James Mary Özlem Emre Zehra İsmail Hülya Osman Sultan Fatih Hanife Kadir Büşra Halil Yasemin Ramazan Esra Süleyman Sevgi "
    "John Patricia Robert Jennifer Michael Linda Sibel Abdullah Serkan Gülsüm Burak Aysel Gökhan Songül Uğur Tuğba Onur Kübra "
    "David Elizabeth Cem Selin Can Derya Deniz Ece İrem Işık Çağrı Şule Ebru Ümit Barış Pınar Kerem Melis Tolga Nazlı Berk Gizem "
    "William Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Daniel Nancy Matthew Betty Anthony Margaret Mark "
    "Sandra Efe Alp Ilgın Irmak İnci İpek Jale Kaan Lale Leyla Mert Mina Nehir Nil Oğuz Orhan Ozan Özge Polat Rana Rüya Sarp "
    "Seda Sinem Şeyma Tarık Taylan Toprak Tuna Umut Ülkü Vildan Volkan Yağmur Yiğit Zafer Zerrin Açelya Aybüke Ayda Ayla Aylin";
constexpr char kSurnames[] =
    "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Smith Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan "
    "Şimşek Johnson Polat Korkmaz Özcan Çakır Erdoğan Yavuz Can Acar Williams Güler Yalçın Sarı Güneş Bozkurt Avcı Işık Ünal "
    "Brown Turan Bulut Keskin Ateş Yüksel Jones Tekin Taş Kaplan Özer Karaca Tunç Garcia Miller Davis Wilson Anderson Taylor Moore";
constexpr char kSurnameBegins[] =
    "Ak Kara Öz Er Demir Gül Taş Boz Sarı Kızıl Gök Yeşil Altın Gümüş Çelik Dağ Deniz Yıl Ay Gün Kurt Koç Aslan Şahin Doğan Kılıç "
    "Top Kök Ulu Uzun Kısa Tek Bay Bey Han Sön Tan Top Var Yal Yurt Zor";
constexpr char kSurnameEnds[] =
    "oğlu taş kaya soy can er han gil türk tekin demir bulut su yurt dağ gök kan lı cı baş bay pınar dere tepe bağ özü alp man tuğ "
    "doğan çelik yılmaz sever bilir gider güler yiğit kurt gün ay";

std::string Quoted(const char* text) { return "'" + std::string(text) + "'"; }

}  // namespace

void MakePeople(testing::TestDatabase& database, int count) {
  const std::string tenant = "'" + database.tenant().ToString() + "'::uuid";
  database.Run(
      "CREATE TEMP TABLE first_name AS SELECT ord::int - 1 AS n, word FROM"
      " unnest(string_to_array(" + Quoted(kFirstNames) + ", ' ')) WITH ORDINALITY AS w(word, ord);"
      "CREATE TEMP TABLE surname AS SELECT row_number() OVER ()::int - 1 AS n, word FROM ("
      " SELECT word FROM unnest(string_to_array(" + Quoted(kSurnames) + ", ' ')) AS w(word) UNION ALL"
      " SELECT b || e FROM unnest(string_to_array(" + Quoted(kSurnameBegins) + ", ' ')) b,"
      "  unnest(string_to_array(" + Quoted(kSurnameEnds) + ", ' ')) e) x;"
      "SELECT setseed(0.42);"
      "INSERT INTO contact (tenant_id, id, external_id, display_name, email, language, source, search_text, version, create_time,"
      " update_time) SELECT " + tenant + ", gen_random_uuid(), 'C-' || lpad(i::text, 8, '0'),"
      " f.word || CASE WHEN r.middle < 0.15 THEN ' ' || m.word ELSE '' END || ' ' || s.word,"
      " CASE WHEN r.has < 0.8 THEN translate(lower(f.word || '.' || s.word), 'çğıöşü', 'cgiosu') || CASE WHEN r.middle < 0.6"
      "   THEN (i % 997)::text ELSE '' END || '@' || CASE WHEN r.domain < 0.5 THEN 'gmail.example'"
      "   ELSE 'firm' || floor(400 * r.domain * r.domain)::text || '.example' END ELSE '' END,"
      " CASE WHEN r.language < 0.7 THEN 'tr' ELSE 'en' END,"
      " (ARRAY['web', 'shop', 'import', 'call'])[1 + floor(4 * r.source * r.source)::int], '', 1,"
      " '2024-01-01'::timestamptz + i * interval '60 seconds', '2026-01-01'::timestamptz"
      " FROM (SELECT i, floor((SELECT count(*) FROM first_name) * power(random(), 1.4))::int AS f,"
      "  floor((SELECT count(*) FROM first_name) * power(random(), 1.4))::int AS m,"
      "  floor((SELECT count(*) FROM surname) * power(random(), 1.8))::int AS s, random() AS middle, random() AS has,"
      "  random() AS domain, random() AS language, random() AS source FROM generate_series(1, " + std::to_string(count) + ") i) r"
      " JOIN first_name f ON f.n = r.f JOIN first_name m ON m.n = r.m JOIN surname s ON s.n = r.s");
}

std::vector<Sample> SamplePeople(testing::TestDatabase& database, int count) {
  static const postgres::Statement kSample{
      "bench_sample", "SELECT id, display_name, email, external_id FROM contact WHERE tenant_id = $1 ORDER BY id LIMIT $2"};
  auto rows = database.service().Run(postgres::Scope::Tenant(database.tenant()), kSample,
                                     postgres::Bound(database.tenant(), count), Deadline::After(std::chrono::minutes(1)));
  if (!rows.ok()) std::abort();
  std::vector<Sample> people;
  for (int i = 0; i < rows->size(); ++i)
    people.push_back({ResourceName("contacts", rows->Id(i, 0)), rows->String(i, 1), rows->String(i, 2), rows->String(i, 3)});
  return people;
}

}  // namespace vefa::bench
