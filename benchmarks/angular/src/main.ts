// A stand-in for the Angular client that rxapp replaces: the same libraries, the same three pages, as little else as possible.
import { HttpClient, provideHttpClient, withInterceptorsFromDi } from "@angular/common/http";
import { Component, importProvidersFrom, inject, provideZoneChangeDetection } from "@angular/core";
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from "@angular/forms";
import { bootstrapApplication } from "@angular/platform-browser";
import { CanActivateFn, provideRouter, Router, RouterLink, RouterOutlet, Routes } from "@angular/router";
import { JwtHelperService, JwtModule } from "@auth0/angular-jwt";
import { firstValueFrom } from "rxjs";

type Pair = { token: string; refreshToken: string };

const accessToken = () => localStorage.getItem("jwt");
const keep = (pair: Pair) => {
  localStorage.setItem("jwt", pair.token);
  localStorage.setItem("refreshToken", pair.refreshToken);
};

const guard: CanActivateFn = async () => {
  const [jwt, http, router] = [inject(JwtHelperService), inject(HttpClient), inject(Router)];
  const token = accessToken();
  if (token && !jwt.isTokenExpired(token)) {
    return true;
  }
  const pair = { accessToken: token, refreshToken: localStorage.getItem("refreshToken") };
  try {
    keep(await firstValueFrom(http.post<Pair>("/api/token/refresh", pair)));
    return true;
  } catch {
    return router.parseUrl("/login");
  }
};

@Component({
  template: `<h1>Home</h1>
    <a routerLink="/customers">Customers</a> <a routerLink="/login">Log in</a>`,
  imports: [RouterLink],
})
class Home {}

@Component({
  template: `<h1>Customers</h1>
    <ul>
      @for (name of customers; track name) {
        <li>{{ name }}</li>
      }
    </ul>`,
})
class Customers {
  customers: string[] = [];

  constructor() {
    inject(HttpClient)
      .get<string[]>("/api/customers")
      .subscribe((names) => (this.customers = names));
  }
}

@Component({
  template: `<form class="card mx-auto mt-5 p-4" style="max-width: 24rem" [formGroup]="form" (ngSubmit)="logIn()">
    <h1 class="h3">Log in</h1>
    @if (failed) {
      <p class="alert alert-danger">Invalid username or password.</p>
    }
    <label class="form-label" for="username">Username</label>
    <input class="form-control" id="username" formControlName="username" />
    <label class="form-label mt-3" for="password">Password</label>
    <input class="form-control" id="password" type="password" formControlName="password" />
    <button class="btn btn-primary mt-3" [disabled]="form.invalid">Log in</button>
  </form>`,
  imports: [ReactiveFormsModule],
})
class Login {
  private http = inject(HttpClient);
  private router = inject(Router);
  failed = false;
  form = new FormGroup({
    username: new FormControl("", Validators.required),
    password: new FormControl("", Validators.required),
  });

  logIn() {
    this.http.post<Pair>("/api/auth/login", this.form.value).subscribe({
      next: (pair) => (keep(pair), this.router.navigateByUrl("/")),
      error: () => (this.failed = true),
    });
  }
}

@Component({ selector: "app-root", template: "<router-outlet />", imports: [RouterOutlet] })
class Root {}

const routes: Routes = [
  { path: "", component: Home },
  { path: "login", component: Login },
  { path: "customers", component: Customers, canActivate: [guard] },
];

bootstrapApplication(Root, {
  providers: [
    provideZoneChangeDetection({ eventCoalescing: true }),
    provideRouter(routes),
    provideHttpClient(withInterceptorsFromDi()),
    importProvidersFrom(JwtModule.forRoot({ config: { tokenGetter: accessToken } })),
  ],
});
