import { mount } from "svelte";
import Field from "./Field.svelte";
import { prefs } from "../stores/prefs.svelte";
import "./field.css";

prefs.load();
document.documentElement.lang = prefs.language;
const target = document.getElementById("field");
if (target) mount(Field, { target });
