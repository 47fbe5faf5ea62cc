import "survey-core/survey-core.fontless.min.css";
import { Model } from "survey-core";
import { renderSurvey } from "survey-js-ui";

/** A draft as customers will get it; what is entered goes nowhere. */
const source = document.getElementById("definition");
const place = document.getElementById("form");
if (source?.textContent && place) renderSurvey(new Model(JSON.parse(source.textContent) as object), place);
