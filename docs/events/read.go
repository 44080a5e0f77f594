package main

import ("bytes"; "encoding/json"; "fmt"; "net/http"; "os")

type page struct { NextCursor string; Events []struct { Type, Subject, AggregateVersion string } }

func main() {
	url, who, session := os.Getenv("VEFA_URL"), map[string]any{}, struct{ Token string }{}
	file, _ := os.ReadFile(os.Getenv("VEFA_CREDENTIALS"))
	json.Unmarshal(file, &who)
	body, _ := json.Marshal(map[string]any{"tenant": who["tenant"], "email": who["email"], "password": who["password"]})
	signedIn, _ := http.Post(url+"/v1/session", "application/json", bytes.NewReader(body))
	json.NewDecoder(signedIn.Body).Decode(&session)
	for now := (page{}); ; {
		ask, _ := http.NewRequest("GET", url+"/v1/events?pageSize=500&waitMs=5000&after="+now.NextCursor, nil)
		ask.Header.Set("Authorization", "Bearer "+session.Token)
		answer, _ := http.DefaultClient.Do(ask)
		json.NewDecoder(answer.Body).Decode(&now)
		for _, event := range now.Events { fmt.Println(event.Type, event.Subject, event.AggregateVersion) }
	}
}
